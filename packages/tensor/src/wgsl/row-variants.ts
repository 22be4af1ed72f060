import type { KernelVariant } from '../plan/variant';

export const layerNormKernels: KernelVariant<{ epsilon: number }>[] = [];
export const layerNormBackwardKernels: KernelVariant<Record<string, never>>[] = [];
export const softmaxKernels: KernelVariant<Record<string, never>>[] = [];
export const softmaxBackwardKernels: KernelVariant<Record<string, never>>[] = [];
