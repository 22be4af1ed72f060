import { type Shape, sizeOf } from '../../ir/shape';
import { gather } from '../../ops/gather';
import * as ops from '../../ops/view';
import { applied, type Operation } from './operation';
import type { Pool } from './pool';

/** Shapes of as many elements: the axes split and joined anew. */
function reshaped(pool: Pool, shape: Shape): number[] {
  const factors = shape.flatMap((n) => {
    for (const f of pool.random.shuffled([2, 3, 4, 5, 7])) if (n % f === 0 && n > f) return [n / f, f];
    return [n];
  });
  const out: number[] = [];
  for (const n of factors) {
    if (out.length > 0 && pool.random.chance(0.4)) out[out.length - 1]! *= n;
    else out.push(n);
  }
  if (pool.random.chance(0.2)) out.splice(pool.random.below(out.length + 1), 0, 1);
  return out.length > 5 ? [sizeOf(shape)] : out;
}

const segments = (numbers: readonly (readonly number[])[]) =>
  numbers[0]!.map((offset, i) => ({ offset, size: numbers[1]![i]! }));

export const shapeOperations: Readonly<Record<string, Operation>> = {
  reshape: {
    draw(pool) {
      const x = pool.value(pool.anyType());
      return applied([x], reshaped(pool, pool.shapeOf(x)));
    },
    build: ([x], [shape]) => ops.reshape(x!, shape!),
    exact: true,
    weight: 1.5,
  },
  permute: {
    draw(pool) {
      const x = pool.value(pool.anyType(), 2);
      return applied([x], pool.random.shuffled(pool.shapeOf(x).map((_, i) => i)));
    },
    build: ([x], [order]) => ops.permute(x!, order!),
    exact: true,
    weight: 2,
  },
  broadcastTo: {
    draw(pool) {
      const x = pool.value(pool.anyType(), 0, 4);
      const stretched = pool.shapeOf(x).map((n) => (n === 1 ? pool.random.between(1, 5) : n));
      return applied([x], pool.random.chance(0.4) ? [pool.random.between(1, 4), ...stretched] : stretched);
    },
    build: ([x], [shape]) => ops.broadcastTo(x!, shape!),
    exact: true,
  },
  slice: {
    draw(pool) {
      const x = pool.value(pool.anyType(), 1);
      const parts = pool.shapeOf(x).map((n) => {
        const step = pool.random.chance(0.4) ? pool.random.between(1, 3) : 1;
        const size = pool.random.between(1, Math.floor((n - 1) / step) + 1);
        return { step, size, start: pool.random.between(0, n - 1 - (size - 1) * step) };
      });
      return applied(
        [x],
        parts.map((p) => p.start),
        parts.map((p) => p.size),
        parts.map((p) => p.step),
      );
    },
    build: ([x], [start, size, step]) => ops.slice(x!, start!, size!, step!),
    exact: true,
    weight: 2,
  },
  stored: { draw: (pool) => applied([pool.value(pool.anyType())]), build: ([x]) => ops.stored(x!), exact: true },
  pad: {
    draw(pool) {
      const x = pool.value(pool.anyType(), 1, 4);
      const amounts = () => pool.shapeOf(x).map(() => (pool.random.chance(0.5) ? 0 : pool.random.between(1, 4)));
      const value = pool.random.chance(0.5) ? 0 : pool.random.pick(pool.at(x).tensor.dtype === 'f32' ? [-1.5, 2] : [7]);
      return applied([x], amounts(), amounts(), [value]);
    },
    build: ([x], [before, after, value]) => ops.pad(x!, before!, after!, value![0]!),
    exact: true,
    weight: 1.5,
  },
  window: {
    draw(pool) {
      const x = pool.value(pool.anyType(), 1, 4);
      const axis = pool.random.below(pool.shapeOf(x).length);
      const size = pool.random.between(1, Math.min(4, pool.shapeOf(x)[axis]!));
      return applied([x], [axis, size, pool.random.between(1, 3)]);
    },
    build: ([x], [at]) => ops.window(x!, at![0]!, at![1]!, at![2]!),
    exact: true,
    weight: 1.5,
  },
  concat: {
    draw(pool) {
      const dtype = pool.anyType();
      const first = pool.value(dtype, 1);
      const shape = pool.shapeOf(first);
      const axis = pool.random.below(shape.length);
      const count = pool.random.chance(0.15) ? pool.random.between(8, 20) : pool.random.between(1, 4);
      const others = Array.from({ length: count }, () => {
        const same = pool.random.chance(0.4);
        return pool.shaped(same ? shape : shape.map((n, i) => (i === axis ? pool.random.between(1, 5) : n)), dtype);
      });
      return applied(pool.random.shuffled([first, ...others]), [axis]);
    },
    build: (xs, [axis]) => ops.concat(xs, axis![0]!),
    exact: true,
    weight: 2.5,
  },
  pack: {
    draw(pool) {
      const count = pool.random.chance(0.2) ? pool.random.between(8, 20) : pool.random.between(1, 4);
      const aligned = pool.random.chance(0.6);
      const xs = Array.from({ length: count }, () => pool.value());
      let at = aligned ? 64 * pool.random.below(2) : pool.random.below(4);
      const offsets = xs.map((x) => {
        const offset = at;
        const end = offset + sizeOf(pool.shapeOf(x));
        at = aligned ? 64 * Math.ceil(end / 64) : end + pool.random.below(4);
        return offset;
      });
      return applied(
        xs,
        offsets,
        xs.map((x) => sizeOf(pool.shapeOf(x))),
        [at],
      );
    },
    build: (xs, numbers) => ops.pack(xs, segments(numbers), numbers[2]![0]!),
    exact: true,
    weight: 1.5,
  },
  gather: {
    draw(pool) {
      const table = pool.value(pool.anyType(), 1, 4);
      return applied([table, pool.value('u32', 0, 2)]);
    },
    build: ([table, index]) => gather(table!, index!),
    exact: true,
    weight: 1.5,
  },
};
