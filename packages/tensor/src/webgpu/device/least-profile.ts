import type { AdapterProfile } from './types';

/** The least that WebGPU guarantees, for planning where there is no adapter. */
export const leastProfile: AdapterProfile = {
  vendor: '',
  architecture: '',
  device: '',
  description: 'any adapter',
  software: false,
  subgroupSize: 0,
  halves: false,
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
