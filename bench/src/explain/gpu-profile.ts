import type { AdapterProfile } from '@noisesmith/tensor';

/** A GPU of which only its ceilings are known, with the limits that every WebGPU adapter has. */
export const gpuProfile: AdapterProfile = {
  vendor: '',
  architecture: '',
  device: '',
  description: 'a GPU with the given ceilings',
  software: false,
  subgroupSize: 0,
  shaderF16: false,
  timestamps: false,
  limits: {
    maxBufferSize: 2 ** 28,
    maxStorageBufferBindingSize: 2 ** 27,
    maxUniformBufferBindingSize: 65536,
    maxStorageBuffersPerShaderStage: 8,
    maxUniformBuffersPerShaderStage: 12,
    maxBindGroups: 4,
    maxBindingsPerBindGroup: 1000,
    minStorageBufferOffsetAlignment: 256,
    minUniformBufferOffsetAlignment: 256,
    maxComputeWorkgroupsPerDimension: 65535,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeWorkgroupSizeX: 256,
    maxComputeWorkgroupSizeY: 256,
    maxComputeWorkgroupSizeZ: 64,
  },
};
