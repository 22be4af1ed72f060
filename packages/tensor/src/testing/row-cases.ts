import type { Definition } from '../ir/definition';
import type { Shape } from '../ir/shape';
import { mul } from '../ops/elementwise';
import {
  layerNorm,
  layerNormBackward,
  layerNormDefinition,
  softmax,
  softmaxBackward,
  softmaxDefinition,
} from '../ops/norm';
import { type CaseProgram, differentiated, forced, type KernelCase, kernelNames } from './kernel-case';

/** Rows and widths: one row, more rows than workgroups, part of a team's lanes idle, several quads to a lane. */
const SHAPES: readonly Shape[] = [
  [1, 16],
  [3, 20],
  [2, 3, 100],
  [131, 64],
  [67, 264],
];
/** Widths that no team takes. */
const NARROW: readonly Shape[] = [
  [5, 1],
  [13, 7],
  [129, 37],
];

type Family = readonly Definition<never>[];

/** A kernel that takes any width gets the narrow ones too. */
const shapesFor = (kernel: string): readonly Shape[] =>
  kernel === 'invocation-rows' ? [...SHAPES, ...NARROW] : SHAPES;

const casesOf = (family: Family, caseOf: (kernel: string, shape: Shape) => KernelCase): KernelCase[] =>
  kernelNames(family).flatMap((kernel) => shapesFor(kernel).map((shape) => caseOf(kernel, shape)));

/** Layer norm of rows and its gradients. */
export function normProgram(shape: Shape): CaseProgram {
  const width = shape.at(-1)!;
  const { graph, values } = differentiated([shape, [width], [width]], (x, gamma, beta) => layerNorm(x!, gamma!, beta!));
  // A row of one number does not vary: of its gradient, numbers in about [−1, 1] times 1/√epsilon, nothing is left.
  return { graph, values, ...(width === 1 && { scales: { d0: 1 / Math.sqrt(1e-6) } }) };
}

const norms = [layerNormDefinition, layerNormBackward] as Family;
const softmaxes = [softmaxDefinition, softmaxBackward] as Family;

/** Kernels of rows and their backwards. */
export const rowCases: readonly KernelCase[] = [
  ...casesOf(norms, (kernel, shape) => ({
    name: `layer norm ${kernel}, ${shape.join('x')}`,
    options: forced(norms, kernel),
    tolerance: 5e-5,
    program: () => normProgram(shape),
  })),
  ...casesOf(softmaxes, (kernel, shape) => ({
    name: `softmax ${kernel}, ${shape.join('x')}`,
    options: forced(softmaxes, kernel),
    tolerance: 6e-5,
    program: () => differentiated([shape], (x) => softmax(mul(x!, 9))),
  })),
];
