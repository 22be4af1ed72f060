// Reference: the product in double precision, by its definition; for views, the elements that the view names.
import { beforeAll, describe, expect, it } from 'vitest';
import { add, divide, indexArithmetic, multiply, remainder } from '../../ir/index-value';
import { threefry2x32, uniformFromBits } from '../../random/threefry';
import { f32x4, i32, v128 } from '../assembler';
import { wasmFeatures } from '../features';
import { type FormRun, runForm } from '../testing/run-form';
import { contractForm } from './contract';
import { input, output, reads, writes } from './form';
import { type ContractOperand, strided } from './operand';
import { storeLanes } from './tile';

const values = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => 2 * uniformFromBits(threefry2x32([seed, 0], [i, 0])[0]) - 1);

/** An operand, and the element that a plain reading finds at [batch, row, depth]. */
interface Side {
  readonly operand: ContractOperand;
  readonly size: number;
  at(batch: number, row: number, depth: number): number | undefined;
}

/** Rows one behind the other, or `turned` steps; `gap` floats lie between them. */
function matrix(batch: number, rows: number, depth: number, turned: boolean, gap: number): Side {
  const pitch = (turned ? rows : depth) + gap;
  const [row, step] = turned ? [1, pitch] : [pitch, 1];
  const whole = pitch * (turned ? depth : rows);
  return {
    operand: strided({ batch, rows, depth }, { batch: whole, row, depth: step }),
    size: batch * whole,
    at: (b, r, d) => b * whole + r * row + d * step,
  };
}

/** Heads of [rows, heads·depth]: the batch is two axes, of which only one is outermost. */
function heads(images: number, count: number, rows: number, depth: number, turned: boolean): Side {
  const index = (b: number, r: number, d: number): number =>
    ((Math.floor(b / count) * rows + r) * count + (b % count)) * depth + d;
  const sizes = { batch: images * count, rows: turned ? depth : rows, depth: turned ? rows : depth };
  return {
    operand: {
      ...sizes,
      element({ batch, ...at }) {
        const [r, d] = turned ? [at.depth, at.row] : [at.row, at.depth];
        const image = add(multiply(divide(batch, count), rows), r);
        const head = add(multiply(image, count), remainder(batch, count));
        return { index: add(multiply(head, depth), d) };
      },
    },
    size: images * rows * count * depth,
    at: (b, r, d) => (turned ? index(b, d, r) : index(b, r, d)),
  };
}

/** Windows of 3 × 3 around each pixel of [images, height, width, channels], zero outside; or as columns of steps. */
function windows(images: number, height: number, width: number, channels: number, turned: boolean): Side {
  const [pixels, taps] = [images * height * width, 9 * channels];
  const m = indexArithmetic;
  const index = (pixel: number, tap: number): number | undefined => {
    const y = (Math.floor(pixel / width) % height) + Math.floor(tap / channels / 3) - 1;
    const x = (pixel % width) + (Math.floor(tap / channels) % 3) - 1;
    if (y < 0 || y >= height || x < 0 || x >= width) return undefined;
    const image = Math.floor(pixel / width / height);
    return ((image * height + y) * width + x) * channels + (tap % channels);
  };
  return {
    operand: {
      batch: 1,
      rows: turned ? taps : pixels,
      depth: turned ? pixels : taps,
      element({ row, depth }) {
        const [pixel, tap] = turned ? [depth, row] : [row, depth];
        const y = add(remainder(divide(pixel, width), height), divide(tap, 3 * channels));
        const x = add(remainder(pixel, width), remainder(divide(tap, channels), 3));
        const valid = m.and(m.within(y, 1, height), m.within(x, 1, width));
        const image = multiply(divide(pixel, width * height), height);
        const line = multiply(add(image, m.inside(y, 1, height)), width);
        const at = multiply(add(line, m.inside(x, 1, width)), channels);
        return { index: add(at, remainder(tap, channels)), valid };
      },
    },
    size: pixels * channels,
    at: (_, r, d) => (turned ? index(d, r) : index(r, d)),
  };
}

interface Case {
  readonly a: Side;
  readonly b: Side;
}

/** A·B, or with a bias relu(A·B + bias), by a form and by its definition. */
function product({ a, b }: Case, relaxed: boolean, withBias: boolean) {
  const { batch, rows: m, depth: k } = a.operand;
  const n = b.operand.rows;
  const form = contractForm({
    a: { ...a.operand, memory: input(0) },
    b: { ...b.operand, memory: input(1) },
    relaxed,
    operations: withBias ? 2 : 0,
    operands: [writes(output(0)), ...(withBias ? [reads(input(2))] : [])],
    store(body, place, sums, lanes, [c, bias]) {
      const row = i32.add(i32.mul(place.batch, m), place.row);
      const at = i32.add(c!, i32.shl(i32.add(i32.mul(row, n), place.column), 2));
      const shift = bias && v128.load(i32.add(bias, i32.shl(place.column, 2)));
      storeLanes(body, at, shift ? f32x4.max(f32x4.add(sums, shift), 0) : sums, lanes);
    },
  });
  const [x, y, bias] = [values(a.size, 1), values(b.size, 2), values(n, 3)];
  const exact = (): Float64Array =>
    Float64Array.from({ length: batch * m * n }, (_, i) => {
      const [l, row, column] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
      let sum = withBias ? bias[column]! : 0;
      for (let s = 0; s < k; s++) {
        const [p, q] = [a.at(l, row, s), b.at(l, column, s)];
        if (p !== undefined && q !== undefined) sum += x[p]! * y[q]!;
      }
      return withBias ? Math.max(0, sum) : sum;
    });
  const found = async (run: FormRun = {}): Promise<Float32Array> =>
    (await runForm(form, [x, y, bias], [batch * m * n], run))[0]!;
  return { form, found, exact, k };
}

const plain = (batch: number, m: number, n: number, k: number, turned = [false, false], gap = 0): Case => ({
  a: matrix(batch, m, k, turned[0]!, gap),
  b: matrix(batch, n, k, !turned[1], gap),
});

const CASES: Record<string, Case> = {
  'one element': plain(1, 1, 1, 1),
  'one step': plain(2, 9, 10, 1),
  'whole tiles': plain(1, 20, 24, 16),
  'less than a tile': plain(2, 3, 5, 7),
  'edges and gaps': plain(1, 13, 21, 34, [false, false], 3),
  'turned A': plain(3, 22, 17, 9, [true, false]),
  'turned A, many rows': plain(2, 70, 9, 5, [true, false]),
  'turned B': plain(1, 19, 30, 13, [false, true], 1),
  'turned both': plain(2, 7, 36, 6, [true, true]),
  'many steps': plain(1, 30, 100, 2000),
  'long sums of few results': plain(2, 5, 6, 5001),
  'long sums, turned': plain(1, 6, 4, 1536, [true, true]),
  'few rows': plain(1, 6, 500, 300),
  heads: { a: heads(2, 3, 6, 8, false), b: heads(2, 3, 11, 8, false) },
  'heads of weights': { a: heads(2, 3, 5, 7, true), b: heads(2, 3, 5, 12, true) },
  'windows, many channels': { a: windows(2, 5, 4, 8, false), b: matrix(1, 16, 72, true, 0) },
  'windows, one channel': { a: windows(1, 7, 6, 1, false), b: matrix(1, 5, 9, true, 0) },
  'windows, three channels': { a: windows(2, 4, 5, 3, false), b: matrix(1, 9, 27, false, 0) },
  'gradient of a kernel': { a: windows(2, 5, 4, 6, true), b: matrix(1, 10, 40, true, 0) },
  'windows of columns': { a: matrix(1, 10, 40, true, 0), b: windows(2, 5, 4, 3, true) },
};

beforeAll(() => expect(wasmFeatures().relaxedSimd).toBe(true));

describe.each([
  ['relaxed', true],
  ['plain', false],
])('contractForm with %s SIMD', (_, relaxed) => {
  it.each(Object.entries(CASES))('%s', async (_name, operands) => {
    // Stored as they are, sums come from a tile; with a bias, from a loop behind all tiles of some rows.
    for (const withBias of [false, true]) {
      const { found, exact, k } = product(operands, relaxed, withBias);
      const expected = exact();
      for (const [i, y] of (await found()).entries()) {
        if (!(Math.abs(y - expected[i]!) <= 1e-7 * k + 1e-6)) throw new Error(`${i}: ${y}, not ${expected[i]}`);
      }
    }
  });
});

it.each(['edges and gaps', 'long sums of few results', 'windows, three channels'])(
  'gives the same bits on any number of threads, however cut: %s',
  async (name) => {
    const { found } = product(CASES[name]!, true, false);
    const whole = await found();
    for (const workers of name === 'edges and gaps' ? [1, 2, 3, 8] : [3]) {
      expect(await found({ workers })).toEqual(whole);
    }
    for (const grain of [1, 3, 1000]) expect(await found({ grain })).toEqual(whole);
    const biased = product(CASES[name]!, true, true);
    expect(await biased.found({ workers: 3 })).toEqual(await biased.found());
  },
);

it('gives the same bits where threads keep sums of their own', async () => {
  const { found, form } = product(plain(1, 1200, 96, 64), true, true);
  expect(form.kernels.at(-1)!.items).toBeGreaterThan(8 * form.kernels.at(-1)!.grain);
  const whole = await found();
  for (let run = 0; run < 3; run++) expect(await found({ workers: 3 })).toEqual(whole);
});

it('packs what has to be packed only, and cuts long sums', () => {
  const kinds = (name: string): string[] => {
    const { kernels } = product(CASES[name]!, true, true).form;
    return kernels.map((kernel) => kernel.name.replace(/ ?[\dx]*\d ?/g, ' ').trim());
  };
  expect(kinds('whole tiles')).toEqual(['pack by', 'contract']);
  expect(kinds('turned A')).toEqual(['pack by', 'pack by', 'contract']);
  expect(kinds('few rows')).toEqual(['contract']);
  expect(kinds('long sums of few results')).toEqual(['contract in parts', 'contract sum of parts']);
});

it('refuses operands that do not fit', () => {
  const a = { ...matrix(1, 4, 5, false, 0).operand, memory: input(0) };
  const b = { ...matrix(1, 4, 6, true, 0).operand, memory: input(1) };
  const contraction = { a, b, relaxed: false, operands: [], store: () => undefined };
  expect(() => contractForm(contraction)).toThrow('contract: B has 1 batches and sums of 6, expected 1 and 5 as A');
});
