import type { LambAttributes } from '../ops/optimizer';
import type { KernelVariant } from '../plan/variant';

export const lambKernels: KernelVariant<LambAttributes>[] = [];
