// Reference: the product in double precision, by its definition.
import { describe, expect, it } from 'vitest';
import { threefry2x32, uniformFromBits } from '../../random/threefry';
import { f32x4, i32, ModuleBuilder, v128 } from '../assembler';
import { wasmFeatures } from '../features';
import { openOneThread, openThreads } from '../threads/threads';
import { contractKernels, storeLanes } from './contract';
import type { PackedOperand } from './pack';

interface Case {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Whether A lies as [k, m], B as [n, k]. */
  readonly turned?: readonly [boolean, boolean];
  /** Floats between one row in memory and the next, beyond its length. */
  readonly gap?: number;
  readonly rows?: number;
}

const values = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => 2 * uniformFromBits(threefry2x32([seed, 0], [i, 0])[0]) - 1);

function operand(batch: number, count: number, depth: number, turned: boolean, gap: number): PackedOperand {
  const row = (turned ? count : depth) + gap;
  const [stride, depthStride] = turned ? [1, row] : [row, 1];
  return { batch, count, depth, stride, depthStride, batchStride: row * (turned ? depth : count) };
}
const sizeOf = ({ batch, batchStride }: PackedOperand): number => batch * batchStride;

/** relu(A·B + bias), computed by `workers` threads. */
async function product(
  { batch, m, n, k, turned = [false, false], gap = 0, rows }: Case,
  relaxed: boolean,
  workers = 0,
) {
  const a = operand(batch, m, k, turned[0], gap);
  const b = operand(batch, n, k, !turned[1], gap);
  const module = new ModuleBuilder();
  const pages = { minimum: 64, maximum: 64, shared: workers > 0 };
  module.importMemory('env', 'memory', pages);
  const kernels = contractKernels(module, {
    name: 'product',
    a,
    b,
    relaxed,
    ...(rows && { rows }),
    storeParams: 2,
    store(body, place, sums, lanes, [c, bias]) {
      const row = i32.add(i32.mul(place.batch, m), place.row);
      const at = i32.add(c!, i32.shl(i32.add(i32.mul(row, n), place.column), 2));
      const shift = v128.load(i32.add(bias!, i32.shl(place.column, 2)));
      storeLanes(body, at, f32x4.max(f32x4.add(sums, shift), 0), lanes);
    },
  });
  const memory = new WebAssembly.Memory({ initial: pages.minimum, maximum: pages.maximum, shared: pages.shared });
  let end = 64;
  const place = (floats: number): number => {
    const at = end;
    end += 16 * Math.ceil(floats / 4);
    return at;
  };
  const inputs = [values(sizeOf(a), 1), values(sizeOf(b), 2), values(n, 3)] as const;
  const [atA, atB, atBias] = inputs.map((x) => place(x.length + 4)) as [number, number, number];
  const [packedA, packedB, c] = [kernels.packedA, kernels.packedB, batch * m * n + 1].map(place) as [
    number,
    number,
    number,
  ];
  const floats = new Float32Array(memory.buffer);
  for (const [i, at] of [atA, atB, atBias].entries()) floats.set(inputs[i]!, at / 4);
  floats.fill(Number.NaN, c / 4, c / 4 + batch * m * n);
  // Nothing is written behind the result.
  floats[c / 4 + batch * m * n] = 123;
  const threads = workers === 0 ? openOneThread(memory) : await openThreads(memory, workers);
  try {
    const calls = kernels.calls({ a: atA, b: atB, packedA, packedB, store: [c, atBias] });
    const compiled = await WebAssembly.compile(module.bytes());
    await (await threads.add(compiled, calls)).run();
  } finally {
    threads.destroy();
  }
  expect(floats[c / 4 + batch * m * n]).toBe(123);
  const exact = Array.from({ length: batch * m * n }, (_, i) => {
    const [l, row, column] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
    let sum = inputs[2][column]!;
    for (let s = 0; s < k; s++) {
      const x = inputs[0][l * a.batchStride + row * a.stride + s * a.depthStride]!;
      sum += x * inputs[1][l * b.batchStride + column * b.stride + s * b.depthStride]!;
    }
    return Math.max(0, sum);
  });
  return { found: floats.slice(c / 4, c / 4 + batch * m * n), exact };
}

const CASES: Case[] = [
  { batch: 1, m: 1, n: 1, k: 1 },
  { batch: 1, m: 6, n: 8, k: 4 },
  { batch: 2, m: 5, n: 3, k: 7 },
  { batch: 1, m: 13, n: 21, k: 34, gap: 3 },
  { batch: 3, m: 20, n: 17, k: 9, turned: [true, false] },
  { batch: 1, m: 19, n: 30, k: 13, turned: [false, true], gap: 1 },
  { batch: 2, m: 7, n: 36, k: 6, turned: [true, true] },
  { batch: 1, m: 30, n: 100, k: 2000 },
  { batch: 1, m: 12, n: 16, k: 8, rows: 6 },
];

describe.each([
  ['relaxed', true],
  ['plain', false],
])('contractKernels with %s SIMD', (_, relaxed) => {
  it.each(CASES)('%j', async (shape) => {
    expect(wasmFeatures().relaxedSimd).toBe(true);
    const { found, exact } = await product(shape, relaxed);
    for (const [i, y] of found.entries()) {
      if (!(Math.abs(y - exact[i]!) <= 1e-7 * shape.k + 1e-6)) throw new Error(`${i}: ${y}, not ${exact[i]}`);
    }
  });

  it('gives the same bits on any number of threads', async () => {
    const shape = { batch: 2, m: 130, n: 75, k: 200 };
    const { found } = await product(shape, relaxed);
    for (const workers of [1, 3]) expect((await product(shape, relaxed, workers)).found).toEqual(found);
  });
});

it('refuses operands that do not fit', () => {
  const [a, b] = [operand(1, 4, 5, false, 0), operand(1, 4, 6, true, 0)];
  const contraction = { name: 'p', a, b, relaxed: false, storeParams: 0, store: () => undefined };
  expect(() => contractKernels(new ModuleBuilder(), contraction)).toThrow(
    'p: B has 1 batches and sums of 6, expected 1 and 5 as A',
  );
});
