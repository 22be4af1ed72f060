export { dispatchGrid } from './dispatch';
export {
  NoAdapterError,
  ShaderError,
  UncapturedGpuError,
} from './errors';
export { leastProfile } from './least-profile';
export { restWhile } from './rest';
export {
  type AdapterProfile,
  type BufferDescription,
  BufferUsage,
  type Counters,
  type DeviceLimits,
  type DeviceOptions,
} from './types';
