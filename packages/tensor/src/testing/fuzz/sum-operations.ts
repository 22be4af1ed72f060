import { grad } from '../../autodiff/gradient';
import { children, reachable, type Tensor } from '../../ir/tensor';
import { attention } from '../../ops/attention';
import { contract, einsum, matmul } from '../../ops/contract';
import { mul } from '../../ops/elementwise';
import { linear } from '../../ops/linear';
import { crossEntropy, layerNorm, logSoftmax, softmax } from '../../ops/norm';
import { max, mean, min, type ReduceOptions, sum, variance } from '../../ops/reduce';
import { window } from '../../ops/view';
import { applied, type Operation } from './operation';
import type { Pool } from './pool';

type Reduction = (x: Tensor, axes: readonly number[], options: ReduceOptions) => Tensor;

const reduction = (build: Reduction, dtypes: 'f32' | 'any', rest: Partial<Operation> = {}): Operation => ({
  draw(pool) {
    const x = pool.value(dtypes === 'any' ? pool.anyType() : 'f32', 1);
    const axes = pool.shapeOf(x).flatMap((_, i) => (pool.random.chance(0.5) ? [i] : []));
    return applied([x], axes.length > 0 ? axes : [0], [pool.random.below(2)]);
  },
  build: ([x], [axes, keep]) => build(x!, axes!, { keepDims: keep![0] === 1 }),
  ...rest,
});

const ofRows = (build: (x: Tensor) => Tensor): Operation => ({
  draw: (pool) => applied([pool.value('f32', 1)]),
  build: ([x]) => build(x!),
});

const lettersOf = (list: readonly number[]): string => list.map((i) => 'abcdefgh'[i]).join('');

/** Letters of two operands, some shared, and an output of some of them. */
function drawEinsum(pool: Pool) {
  const { random } = pool;
  const a = pool.value('f32', 1, 4);
  const shapeA = pool.shapeOf(a);
  const own = random.shuffled(shapeA.map((_, i) => i));
  const shared = own.slice(0, random.between(0, own.length));
  const fresh = Array.from({ length: random.below(3) }, (_, i) => shapeA.length + i);
  const lettersB = random.shuffled([...shared, ...fresh]);
  const shapeB = lettersB.map((l) => shapeA[l] ?? random.pick([1, 2, 3, 4, 8, 12, 17]));
  const b = pool.shaped(shapeB);
  const all = [...new Set([...own, ...lettersB])];
  const out = random.shuffled(all.filter((l) => random.chance(shared.includes(l) ? 0.35 : 0.85)));
  return applied(
    [a, b],
    shapeA.map((_, i) => i),
    lettersB,
    out,
  );
}

/** Each differentiable value that `y` stands on. */
const ancestors = (y: Tensor): Set<Tensor> =>
  new Set(
    reachable([y], (t) => (t.node.kind === 'stop' ? [] : children(t))).filter((t) => t.dtype === 'f32' && t !== y),
  );

export const sumOperations: Readonly<Record<string, Operation>> = {
  sum: reduction(sum, 'any', { weight: 2 }),
  max: reduction(max, 'any', { exact: true }),
  min: reduction(min, 'any', { exact: true }),
  mean: reduction(mean, 'f32'),
  variance: reduction(variance, 'f32', { weight: 0.5 }),
  softmax: ofRows(softmax),
  logSoftmax: ofRows(logSoftmax),
  crossEntropy: {
    draw(pool) {
      const x = pool.value('f32', 2, 2);
      return applied([x, pool.shaped([pool.shapeOf(x)[0]!], 'u32')]);
    },
    build: ([x, labels]) => crossEntropy(x!, labels!),
    weight: 0.3,
  },
  layerNorm: {
    draw(pool) {
      const x = pool.value('f32', 1);
      const width = pool.shapeOf(x).at(-1)!;
      return applied([x, pool.shaped([width]), pool.shaped([width])]);
    },
    build: ([x, gamma, beta]) => layerNorm(x!, gamma!, beta!, 0.01),
  },
  linear: {
    draw(pool) {
      const x = pool.value('f32', 1, 4);
      const width = pool.random.pick([1, 3, 4, 8, 17]);
      const weight = pool.shaped([pool.shapeOf(x).at(-1)!, width]);
      return applied([x, weight, pool.shaped([width])], [pool.random.below(3)]);
    },
    build: ([x, weight, bias], [kind]) =>
      linear(x!, weight!, bias!, [{}, { activation: 'gelu' as const }, { activation: 'silu' as const }][kind![0]!]),
  },
  attention: {
    draw(pool) {
      const { random } = pool;
      const [batch, queries, keys, heads] = [1, 1, 1, 1].map(() => random.between(1, 4)) as [
        number,
        number,
        number,
        number,
      ];
      const [d, e] = [random.pick([1, 2, 4, 8]), random.pick([1, 3, 4])];
      const q = pool.shaped([batch, queries * 3, heads * d]);
      return applied(
        [q, pool.shaped([batch, keys * 2, heads * d]), pool.shaped([batch, keys * 2, heads * e])],
        [heads],
      );
    },
    build: ([q, k, v], [heads]) => attention(q!, k!, v!, heads![0]!),
    weight: 0.8,
  },
  einsum: {
    draw: drawEinsum,
    build: ([a, b], [la, lb, out]) => contract({ a: lettersOf(la!), b: lettersOf(lb!), out: lettersOf(out!) }, a!, b!),
    weight: 2.5,
  },
  matmul: {
    draw(pool) {
      const a = pool.value('f32', 2, 4);
      const shape = pool.shapeOf(a);
      const width = pool.random.pick([1, 3, 4, 8, 12, 17, 33]);
      const lead = pool.random.chance(0.5) ? shape.slice(0, -2) : [];
      return applied([a, pool.shaped([...lead, shape.at(-1)!, width])]);
    },
    build: ([a, b]) => matmul(a!, b!),
  },
  convolution: {
    draw(pool) {
      const x = pool.value('f32', 4, 4);
      const [, height, width, channels] = pool.shapeOf(x);
      const size = [height!, width!].map((n) => pool.random.between(1, Math.min(3, n)));
      const stride = pool.random.between(1, 2);
      return applied([x, pool.shaped([...size, channels!, pool.random.pick([1, 3, 4])])], [stride]);
    },
    build: ([x, w], [stride]) =>
      einsum('bhiwjc,ijco->bhwo', window(window(x!, 2, w!.shape[1]!, stride![0]!), 1, w!.shape[0]!, stride![0]!), w!),
  },
  gradient: {
    draw(pool) {
      const loss = pool.find(({ tensor }) => tensor.dtype === 'f32' && tensor.node.kind !== 'input');
      if (loss === undefined) return undefined;
      const behind = ancestors(pool.at(loss).tensor);
      const wrt = pool.find(({ tensor }) => behind.has(tensor));
      return wrt === undefined ? undefined : applied([loss, wrt], [pool.random.below(2)]);
    },
    build: ([y, x], [squared]) => grad(sum(squared![0] ? mul(y!, y!) : y!), x!),
    weight: 5,
  },
};
