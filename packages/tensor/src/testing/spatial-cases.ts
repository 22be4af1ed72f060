import { conv2d, depthwiseConv2d } from '../ops/conv';
import { averagePool, maxPool } from '../ops/pool';
import type { GradientCase } from './finite-differences';

/** Convolutions and pools: windows that leave a rest, asymmetric ones, more padding than a window is wide, quads and none. */
export const spatialCases: Readonly<Record<string, GradientCase>> = {
  conv2d: {
    shapes: [
      [2, 6, 5, 3],
      [3, 2, 3, 4],
    ],
    build: (x, w) => conv2d(x!, w!, { stride: [2, 1], padding: 'same' }),
  },
  conv2dValid: {
    shapes: [
      [1, 7, 6, 4],
      [3, 3, 4, 8],
    ],
    build: (x, w) => conv2d(x!, w!, { stride: 2 }),
  },
  conv2dAround: {
    shapes: [
      [1, 3, 4, 2],
      [2, 1, 2, 3],
    ],
    build: (x, w) =>
      conv2d(x!, w!, {
        stride: [1, 3],
        padding: [
          [3, 0],
          [2, 5],
        ],
      }),
  },
  conv2dOfPoints: {
    shapes: [
      [2, 3, 4, 3],
      [1, 1, 3, 5],
    ],
    build: (x, w) => conv2d(x!, w!),
  },
  conv2dOfRows: {
    shapes: [
      [1, 4, 5, 4],
      [1, 5, 4, 4],
    ],
    build: (x, w) => conv2d(x!, w!, { padding: 'same' }),
  },
  depthwiseConv2d: {
    shapes: [
      [2, 4, 5, 3],
      [3, 3, 3],
    ],
    build: (x, w) => depthwiseConv2d(x!, w!, { padding: 'same' }),
  },
  depthwiseConv2dStrided: {
    shapes: [
      [1, 6, 7, 4],
      [2, 3, 4],
    ],
    build: (x, w) => depthwiseConv2d(x!, w!, { stride: [3, 2] }),
  },
  maxPool: {
    shapes: [[2, 5, 6, 3]],
    build: (x) => maxPool(x!, { size: 3, stride: 2, padding: 'same' }),
  },
  maxPoolBeside: { shapes: [[1, 5, 7, 4]], build: (x) => maxPool(x!, { size: [2, 3] }) },
  averagePool: {
    shapes: [[2, 5, 6, 3]],
    build: (x) => averagePool(x!, { size: 3, stride: [1, 2], padding: 'same' }),
  },
  averagePoolCounted: {
    shapes: [[1, 4, 5, 4]],
    build: (x) =>
      averagePool(x!, {
        size: [2, 3],
        stride: 1,
        padding: [
          [1, 0],
          [0, 2],
        ],
        countPadding: true,
      }),
  },
};
