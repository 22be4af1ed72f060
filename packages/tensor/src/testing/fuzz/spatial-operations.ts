import { conv2d, depthwiseConv2d } from '../../ops/conv';
import { averagePool, maxPool } from '../../ops/pool';
import type { Padding, Pair } from '../../ops/spatial';
import { applied, type Operation } from './operation';
import type { Pool } from './pool';

/** An image, windows of at most three by three elements that fit in it, strides, and a padding: none, 'same' or four numbers. */
function drawWindows(pool: Pool) {
  const { random } = pool;
  const image = pool.value('f32', 4, 4);
  const [, height, width, channels] = pool.shapeOf(image) as [number, number, number, number];
  const size = [height, width].map((n) => random.between(1, Math.min(3, n)));
  const stride = [random.between(1, 3), random.between(1, 2)];
  const around = size.flatMap((n) => [random.below(n), random.below(n)]);
  const padding = random.pick([[], [0], around]);
  return { image, channels, size, stride, padding };
}

const pair = ([height, width]: readonly number[]): Pair => [height!, width!];

function paddingOf(numbers: readonly number[]): Padding {
  const [top, bottom, left, right] = numbers as [number, number, number, number];
  if (numbers.length === 0) return 'valid';
  return numbers.length === 1
    ? 'same'
    : [
        [top, bottom],
        [left, right],
      ];
}

const options = (stride: readonly number[], padding: readonly number[]) => ({
  stride: pair(stride),
  padding: paddingOf(padding),
});

export const spatialOperations: Readonly<Record<string, Operation>> = {
  conv2d: {
    draw(pool) {
      const { image, channels, size, stride, padding } = drawWindows(pool);
      return applied([image, pool.shaped([...size, channels, pool.random.pick([1, 3, 4, 8])])], stride, padding);
    },
    build: ([x, w], [stride, padding]) => conv2d(x!, w!, options(stride!, padding!)),
    weight: 1.5,
  },
  depthwiseConv2d: {
    draw(pool) {
      const { image, channels, size, stride, padding } = drawWindows(pool);
      return applied([image, pool.shaped([...size, channels])], stride, padding);
    },
    build: ([x, w], [stride, padding]) => depthwiseConv2d(x!, w!, options(stride!, padding!)),
  },
  maxPool: {
    draw(pool) {
      const { image, size, stride, padding } = drawWindows(pool);
      return applied([image], size, stride, padding);
    },
    build: ([x], [size, stride, padding]) => maxPool(x!, { size: pair(size!), ...options(stride!, padding!) }),
    exact: true,
  },
  averagePool: {
    draw(pool) {
      const { image, size, stride, padding } = drawWindows(pool);
      return applied([image], size, stride, padding, [pool.random.below(2)]);
    },
    build: ([x], [size, stride, padding, counted]) =>
      averagePool(x!, { size: pair(size!), ...options(stride!, padding!), countPadding: counted![0] === 1 }),
  },
};
