import { type AdapterProfile, leastProfile } from '@noisesmith/tensor';

/** A GPU of which only its ceilings are known, with the limits that every WebGPU adapter has. */
export const gpuProfile: AdapterProfile = { ...leastProfile, description: 'a GPU with the given ceilings' };
