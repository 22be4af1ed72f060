// Reference: fixtures/values.json, what each op gives by NumPy in double precision, by plain loops and by hand (make.py
// beside it).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../index';
import * as ops from '../index';
import type { DType, TypedArray } from '../ir/dtype';
import { compiledBackends, type TestedOptions } from '../testing/backends';
import { relativeError } from '../testing/compare';

interface Given {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Row {
  readonly op: string;
  readonly xs: readonly Given[];
  readonly numbers: readonly (readonly number[])[];
  readonly expected: Given;
}

type Build = (xs: readonly Tensor[], numbers: readonly (readonly number[])[]) => Tensor;

const one =
  (op: (x: Tensor) => Tensor): Build =>
  ([x]) =>
    op(x!);
const two =
  (op: (x: Tensor, y: Tensor) => Tensor): Build =>
  ([x, y]) =>
    op(x!, y!);
const fold =
  (op: typeof ops.sum): Build =>
  ([x], [axes, keep]) =>
    op(x!, axes!, { keepDims: keep![0] === 1 });

const convolved = (x: Tensor, w: Tensor): Tensor =>
  ops.einsum('bhiwjc,ijco->bhwo', ops.window(ops.window(x, 2, w.shape[1]!), 1, w.shape[0]!), w);
/** One number stands for 'same'. */
const padding = (around: readonly number[]): ops.Padding => {
  const [top, bottom, left, right] = around;
  return around.length === 1
    ? 'same'
    : [
        [top!, bottom!],
        [left!, right!],
      ];
};
const pair = ([height, width]: readonly number[]): ops.Pair => [height!, width!];
const total = (x: Tensor): Tensor => ops.sum(x);

const builds: Readonly<Record<string, Build>> = {
  ...{ add: two(ops.add), sub: two(ops.sub), mul: two(ops.mul), div: two(ops.div), rem: two(ops.rem) },
  ...{ minimum: two(ops.minimum), maximum: two(ops.maximum) },
  ...{ neg: one(ops.neg), abs: one(ops.abs), sign: one(ops.sign), floor: one(ops.floor), exp: one(ops.exp) },
  ...{ log: one(ops.log), sqrt: one(ops.sqrt), rsqrt: one(ops.rsqrt), tanh: one(ops.tanh), erf: one(ops.erf) },
  ...{ square: one(ops.square), relu: one(ops.relu), sigmoid: one(ops.sigmoid), silu: one(ops.silu) },
  ...{ gelu: one(ops.gelu), stopGradient: one(ops.stopGradient), stored: one(ops.stored) },
  clamp: ([x], [ends]) => ops.clamp(x!, ends![0]!, ends![1]!),
  ...{ equal: two(ops.equal), notEqual: two(ops.notEqual), less: two(ops.less), lessEqual: two(ops.lessEqual) },
  ...{ greater: two(ops.greater), greaterEqual: two(ops.greaterEqual) },
  where: ([cond, yes, no]) => ops.where(cond!, yes!, no!),
  toU32: ([x]) => ops.cast(x!, 'u32'),
  toF32: ([x]) => ops.cast(x!, 'f32'),
  fill: (_, [shape, value]) => ops.fill(shape!, value![0]!),
  iota: (_, [shape, axis]) => ops.iota(shape!, axis![0]!),
  reshape: ([x], [shape]) => ops.reshape(x!, shape!),
  permute: ([x], [order]) => ops.permute(x!, order!),
  transpose: one(ops.transpose),
  broadcastTo: ([x], [shape]) => ops.broadcastTo(x!, shape!),
  slice: ([x], [start, size, step]) => ops.slice(x!, start!, size!, step!),
  narrow: ([x], [axis, from, count]) => ops.narrow(x!, axis![0]!, from![0]!, count![0]!),
  pad: ([x], [before, after, value]) => ops.pad(x!, before!, after!, value?.[0]),
  window: ([x], [axis, size, stride]) => ops.window(x!, axis![0]!, size![0]!, stride![0]!),
  concat: (xs, [axis]) => ops.concat(xs, axis![0]!),
  pack: (xs, [offsets, sizes, size]) =>
    ops.pack(
      xs,
      offsets!.map((offset, i) => ({ offset, size: sizes![i]! })),
      size![0]!,
    ),
  gather: two(ops.gather),
  oneHot: ([index], [classes]) => ops.oneHot(index!, classes![0]!),
  ...{ sum: fold(ops.sum), max: fold(ops.max), min: fold(ops.min), mean: fold(ops.mean) },
  variance: fold(ops.variance),
  ...{ softmax: one(ops.softmax), logSoftmax: one(ops.logSoftmax), crossEntropy: two(ops.crossEntropy) },
  layerNorm: ([x, gamma, beta], [epsilon]) => ops.layerNorm(x!, gamma!, beta!, epsilon![0]!),
  matmul: two(ops.matmul),
  convolution: two(convolved),
  conv2d: ([x, w], [stride, around]) => ops.conv2d(x!, w!, { stride: pair(stride!), padding: padding(around!) }),
  depthwiseConv2d: ([x, w], [stride, around]) =>
    ops.depthwiseConv2d(x!, w!, { stride: pair(stride!), padding: padding(around!) }),
  maxPool: ([x], [size, stride, around]) =>
    ops.maxPool(x!, { size: pair(size!), stride: pair(stride!), padding: padding(around!) }),
  averagePool: ([x], [size, stride, around, counted]) =>
    ops.averagePool(x!, {
      ...{ size: pair(size!), stride: pair(stride!), padding: padding(around!) },
      countPadding: counted![0] === 1,
    }),
  linear: ([x, weight, bias]) => ops.linear(x!, weight!, bias!),
  linearRelu: ([x, weight, bias]) => ops.linear(x!, weight!, bias!, { activation: 'relu' }),
  attention: ([q, k, v], [heads]) => ops.attention(q!, k!, v!, heads![0]!),
  ema: ([average, x, decay]) => ops.ema(average!, x!, decay!),
  slopeOfMax: one((x) => ops.grad(total(ops.max(x, 1)), x)),
  slopeOfRelu: one((x) => ops.grad(total(ops.relu(x)), x)),
  slopeOfMaxPool: one((x) => ops.grad(total(ops.maxPool(x, { size: 2, stride: 1 })), x)),
  slopeOfAveragePool: one((x) => ops.grad(total(ops.averagePool(x, { size: [1, 2], stride: 1, padding: 'same' })), x)),
  slopeOfConv2d: two((x, w) => ops.grad(total(ops.conv2d(x, w, { padding: 'same' })), x)),
  slopeOfWindows: one((x) => ops.grad(total(ops.window(x, 0, 2)), x)),
};

const EINSUM = 'einsum ';

function built({ op, numbers }: Row, xs: readonly Tensor[]): Tensor {
  if (op.startsWith(EINSUM)) return ops.einsum(op.slice(EINSUM.length), xs[0]!, xs[1]!);
  return builds[op]!(xs, numbers);
}

const rows: readonly Row[] = JSON.parse(
  readFileSync(new URL('../../fixtures/values.json', import.meta.url), 'utf8'),
) as Row[];

/** All rows in one program: argument i of row r is input `r_i`, and output r is its result. */
const inputs: Record<string, TypedArray> = {};
const specs: Record<string, ops.TensorSpec> = {};
rows.forEach(({ xs }, r) => {
  xs.forEach(({ dtype, shape, data }, i) => {
    specs[`${r}_${i}`] = { dtype, shape };
    inputs[`${r}_${i}`] = dtype === 'f32' ? Float32Array.from(data) : Uint32Array.from(data);
  });
});
const graph = ops.trace({ inputs: specs }, ({ inputs: given }) => ({
  outputs: Object.fromEntries(
    rows.map((row, r) => [
      r,
      built(
        row,
        row.xs.map((_, i) => given[`${r}_${i}`]!),
      ),
    ]),
  ),
}));
const names = rows.map(({ op, xs, numbers }, r) => {
  const shapes = xs.length > 4 ? `of ${xs.length}` : xs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(' ');
  return [`${op} ${shapes} ${numbers.map((list) => `(${list})`).join('')}`, r] as const;
});

const compare = (r: number, got: ArrayLike<number>, tolerance: number): void => {
  const { dtype, data } = rows[r]!.expected;
  if (dtype === 'u32') expect(Array.from(got)).toEqual(data);
  else expect(relativeError(data, got)).toBeLessThan(tolerance);
};

describe('the table', () => {
  it('has every op that there is', () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    const used = new Set(rows.map(({ op }) => op));
    expect(Object.keys(builds).filter((op) => !used.has(op))).toEqual([]);
  });
});

describe('on the oracle', () => {
  const { outputs } = ops.interpret(graph, { inputs });
  it.each(names)('%s', (_, r) => {
    const { dtype, shape } = rows[r]!.expected;
    expect(graph.outputs[r]).toMatchObject({ dtype, shape });
    compare(r, outputs[r]!, 1e-9);
  });
});

describe.each(compiledBackends)('on %s', (_name, open) => {
  it.each([
    ['by the plain lowering', true],
    ['by rule', false],
  ])('%s', async (_, generic) => {
    using backend = await open();
    const options: TestedOptions = { generic };
    using program = await ops.compileGraph(backend, graph, options);
    await program.run(inputs);
    for (const [name, r] of names) {
      const got = await program.read(String(r));
      expect(() => compare(r, got, 3e-6), name).not.toThrow();
    }
  });
});
