import { recompute } from '../../autodiff/recompute';
import type { Tensor } from '../../ir/tensor';
import * as ops from '../../ops/elementwise';
import { oneHot } from '../../ops/gather';
import { randomBits, randomNormal, randomUniform } from '../../ops/random';
import { applied, type Operation } from './operation';

type Unary = (x: Tensor) => Tensor;
type Binary = (x: Tensor, y: Tensor) => Tensor;

const ofOne = (build: Unary, rest: Partial<Operation> = {}): Operation => ({
  draw: (pool) => applied([pool.value()]),
  build: ([x]) => build(x!),
  ...rest,
});

/** Steps of a function: where a value lies just beside one, rounding decides. */
const ofExact = (build: Unary): Operation => ({
  draw: (pool) => applied([pool.exact()]),
  build: ([x]) => build(x!),
  exact: true,
});

/** Of two values of one type that broadcast. */
const ofTwo = (build: Binary): Operation => ({
  draw(pool) {
    const dtype = pool.anyType();
    const x = pool.value(dtype);
    const y = pool.beside(pool.shapeOf(x), dtype);
    return applied(pool.random.shuffled([x, y]));
  },
  build: ([x, y]) => build(x!, y!),
  exact: true,
});

const comparison = (build: Binary): Operation => ({
  draw(pool) {
    const dtype = pool.anyType();
    const x = pool.exact(dtype);
    return applied([x, pool.beside(pool.shapeOf(x), dtype, ({ exact }) => exact)]);
  },
  build: ([x, y]) => build(x!, y!),
  weight: 0.4,
});

/** With a number in place of the second operand, or of the first. */
const withNumber = (
  build: (x: Tensor, c: number) => Tensor,
  numbers: readonly number[],
  exact: boolean,
): Operation => ({
  draw: (pool) => applied([exact ? pool.exact() : pool.value()], [pool.random.pick(numbers)]),
  build: ([x], [c]) => build(x!, c![0]!),
  exact,
  weight: 0.5,
});

const random = (build: (keys: Tensor, rest: readonly number[], stream: number) => Tensor): Operation => ({
  draw(pool) {
    const rows = pool.random.between(1, 5);
    const keys = Uint32Array.from({ length: 2 * rows }, () => pool.random.bits());
    return applied([pool.source([rows, 2], 'u32', keys, 'input')], pool.shape(0, 2), [pool.random.below(3)]);
  },
  build: ([keys], [rest, stream]) => build(keys!, rest!, stream![0]!),
  weight: 0.3,
});

const positive = (x: Tensor): Tensor => ops.add(ops.abs(x), 0.5);

export const elementwiseOperations: Readonly<Record<string, Operation>> = {
  neg: ofOne(ops.neg, { exact: true }),
  abs: ofOne(ops.abs, { exact: true }),
  relu: ofOne(ops.relu, { exact: true }),
  square: ofOne(ops.square, { exact: true }),
  stopGradient: ofOne(ops.stopGradient, { exact: true }),
  tanh: ofOne(ops.tanh),
  sigmoid: ofOne(ops.sigmoid),
  silu: ofOne(ops.silu),
  gelu: ofOne(ops.gelu),
  erf: ofOne(ops.erf),
  exp: ofOne((x) => ops.exp(ops.minimum(x, 3))),
  log: ofOne((x) => ops.log(positive(x))),
  sqrt: ofOne((x) => ops.sqrt(positive(x))),
  rsqrt: ofOne((x) => ops.rsqrt(positive(x))),
  recompute: ofOne((x) => recompute((a) => [ops.gelu(ops.mul(ops.tanh(a!), 2))], [x])[0]!),
  floor: ofExact(ops.floor),
  sign: ofExact(ops.sign),
  remainder: withNumber((x, c) => ops.rem(x, c), [1, 0.71875, -1.5], true),
  scale: withNumber((x, c) => ops.mul(x, c), [0.5, -1, 0, 1, 0.3, 2], true),
  shift: withNumber((x, c) => ops.add(x, c), [0, 1, -0.5, 0.7], true),
  from: withNumber((x, c) => ops.sub(c, x), [0, 1, -0.5], true),
  inverse: withNumber((x, c) => ops.div(c, positive(x)), [1, 0, -2], false),
  clamp: withNumber((x, c) => ops.clamp(x, -c, c), [0.5, 0.8125], true),
  above: withNumber((x, c) => ops.greater(x, c), [0, 0.25], true),
  add: ofTwo(ops.add),
  sub: ofTwo(ops.sub),
  mul: ofTwo(ops.mul),
  minimum: ofTwo(ops.minimum),
  maximum: ofTwo(ops.maximum),
  div: {
    draw(pool) {
      const x = pool.value();
      return applied([x, pool.beside(pool.shapeOf(x))]);
    },
    build: ([x, y]) => ops.div(x!, positive(y!)),
  },
  /** Of u32: a quotient and what it leaves. */
  wholeDiv: {
    draw(pool) {
      const x = pool.value('u32');
      return applied([x, pool.beside(pool.shapeOf(x), 'u32')], [pool.random.below(2)]);
    },
    build: ([x, y], [kind]) => (kind![0] ? ops.rem : ops.div)(x!, ops.maximum(y!, 1)),
    weight: 0.3,
  },
  wholeShift: {
    draw: (pool) => applied([pool.value('u32')], [pool.random.pick([0, 1, 7, 4294967295])]),
    build: ([x], [c]) => ops.add(x!, c![0]!),
    weight: 0.2,
  },
  equal: comparison(ops.equal),
  notEqual: comparison(ops.notEqual),
  less: comparison(ops.less),
  lessEqual: comparison(ops.lessEqual),
  greater: comparison(ops.greater),
  greaterEqual: comparison(ops.greaterEqual),
  where: {
    draw(pool) {
      const dtype = pool.anyType();
      const cond = pool.value('u32');
      const shape = pool.shapeOf(cond);
      return applied([cond, pool.beside(shape, dtype), pool.beside(shape, dtype)]);
    },
    build: ([cond, yes, no]) => ops.where(cond!, yes!, no!),
    exact: true,
    weight: 1.5,
  },
  toFloat: {
    draw: (pool) => applied([pool.value('u32')]),
    build: ([x]) => ops.cast(x!, 'f32'),
    exact: true,
    weight: 1.5,
  },
  toWhole: { draw: (pool) => applied([pool.exact()]), build: ([x]) => ops.cast(x!, 'u32') },
  iota: {
    draw(pool) {
      const shape = pool.shape(1, 3);
      return applied([], shape, [pool.random.below(shape.length)]);
    },
    build: (_, [shape, axis]) => ops.iota(shape!, axis![0]!),
    weight: 0.3,
  },
  oneHot: {
    draw: (pool) => applied([pool.value('u32', 0, 2)], [pool.random.between(1, 9)]),
    build: ([x], [classes]) => oneHot(x!, classes![0]!),
    exact: true,
    weight: 0.5,
  },
  randomUniform: random(randomUniform),
  randomNormal: random(randomNormal),
  randomBits: random(randomBits),
  scalar: {
    draw: (pool) => {
      const data = Float32Array.of((pool.random.below(65) - 32) / 16);
      const scalar = pool.source([], 'f32', data, 'scalar');
      return applied([pool.value(), scalar]);
    },
    build: ([x, scalar]) => ops.mul(x!, scalar!),
    exact: true,
    weight: 0.5,
  },
};
