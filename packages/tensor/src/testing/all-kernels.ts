import * as exported from '../index';
import type { Definition } from '../ir/definition';
import { contractVariants } from '../webgpu/wgsl/kernels/contract';
import { namedKernels } from '../webgpu/wgsl/named-kernels';

export const isDefinition = (x: unknown): x is Definition<never> =>
  typeof x === 'object' && x !== null && 'name' in x && 'expand' in x && typeof x.expand === 'function';

/** Every kernel that can be chosen, spelled as `forcedBy` does: forms of the contraction, ways to compute a named meaning. */
export const allKernels: readonly string[] = [
  ...contractVariants.map(({ name }) => `contract ${name}`),
  ...Object.values(exported)
    .filter(isDefinition)
    .flatMap((definition) => namedKernels(definition).map((kernel) => `${definition.name} ${kernel.name}`)),
];
