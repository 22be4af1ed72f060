import { type AdapterProfile, type DeviceLimits, REQUESTED_LIMITS } from './types';

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|\bwarp\b|microsoft basic render/i;

type Names = Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>;
type Info = Names & Partial<Pick<GPUAdapterInfo, 'isFallbackAdapter' | 'subgroupMinSize' | 'subgroupMaxSize'>>;

const UNKNOWN: Info = { vendor: '', architecture: '', device: '', description: '' };

/** Whether a CPU computes behind an adapter, as far as it tells; older browsers tell nothing. */
export function isSoftware({ vendor, architecture, device, description, isFallbackAdapter }: Info = UNKNOWN): boolean {
  return isFallbackAdapter === true || SOFTWARE.test([vendor, architecture, device, description].join(' '));
}

/** What people know an adapter by. */
export const adapterName = ({ vendor, architecture, device, description }: Names = UNKNOWN): string =>
  [description, device, architecture, vendor].find((text) => text !== '') ?? 'an adapter without a name';

/** Describes a device from what WebGPU tells of it and its adapter. */
export function profileOf(gpu: Pick<GPUDevice, 'features' | 'limits'>, info: Info = UNKNOWN): AdapterProfile {
  const { vendor, architecture, device, description, subgroupMinSize: min, subgroupMaxSize: max } = info;
  const limits = Object.fromEntries(REQUESTED_LIMITS.map((name) => [name, gpu.limits[name]])) as DeviceLimits;
  return {
    vendor,
    architecture,
    device,
    description,
    software: isSoftware(info),
    subgroupSize: gpu.features.has('subgroups') && min !== undefined && min === max ? min : 0,
    halves: gpu.features.has('shader-f16'),
    timestamps: gpu.features.has('timestamp-query'),
    limits,
  };
}
