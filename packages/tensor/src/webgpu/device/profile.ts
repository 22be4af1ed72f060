import { type AdapterProfile, type DeviceLimits, REQUESTED_LIMITS } from './types';

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|\bwarp\b|microsoft basic render/i;

type Info = Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'> &
  Partial<Pick<GPUAdapterInfo, 'isFallbackAdapter' | 'subgroupMinSize' | 'subgroupMaxSize'>>;

const UNKNOWN: Info = { vendor: '', architecture: '', device: '', description: '' };

/** Describes a device from what WebGPU tells of it and its adapter. */
export function profileOf(gpu: Pick<GPUDevice, 'features' | 'limits'>, info: Info = UNKNOWN): AdapterProfile {
  const { vendor, architecture, device, description, subgroupMinSize: min, subgroupMaxSize: max } = info;
  const names = [vendor, architecture, device, description].join(' ');
  const limits = Object.fromEntries(REQUESTED_LIMITS.map((name) => [name, gpu.limits[name]])) as DeviceLimits;
  return {
    vendor,
    architecture,
    device,
    description,
    software: info.isFallbackAdapter === true || SOFTWARE.test(names),
    subgroupSize: gpu.features.has('subgroups') && min !== undefined && min === max ? min : 0,
    halves: gpu.features.has('shader-f16'),
    timestamps: gpu.features.has('timestamp-query'),
    limits,
  };
}
