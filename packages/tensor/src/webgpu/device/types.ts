import type { Profile } from '../../profile';

/** Limits asked of the adapter at their best value and reported in the profile. */
export const REQUESTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxUniformBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxUniformBuffersPerShaderStage',
  'maxBindGroups',
  'maxBindingsPerBindGroup',
  'minStorageBufferOffsetAlignment',
  'minUniformBufferOffsetAlignment',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
] as const;

export type DeviceLimits = Readonly<Record<(typeof REQUESTED_LIMITS)[number], number>>;

/** Features switched on where the adapter offers them. */
export const REQUESTED_FEATURES = ['subgroups', 'shader-f16', 'timestamp-query'] as const;

/** What kernels may rely on, and what a figure must be reported with. */
export interface AdapterProfile extends Profile {
  /** Invocations per subgroup; 0 unless subgroups are on and the adapter has one size only. */
  readonly subgroupSize: number;
  readonly timestamps: boolean;
  readonly limits: DeviceLimits;
}

/** Bits of a buffer's usage. `GPUBufferUsage` has the same, but is no global in Node. */
export const BufferUsage = {
  MAP_READ: 0x0001,
  MAP_WRITE: 0x0002,
  COPY_SRC: 0x0004,
  COPY_DST: 0x0008,
  INDIRECT: 0x0100,
  UNIFORM: 0x0040,
  STORAGE: 0x0080,
  QUERY_RESOLVE: 0x0200,
} as const;

export interface BufferDescription {
  /** Path of the tensor or op, as errors are to name it. */
  readonly label: string;
  /** Bytes; rounded up to a multiple of 4, at least 4. */
  readonly size: number;
  /** Bits of {@link BufferUsage}. */
  readonly usage: number;
}

/** What a device has done. All but `liveBuffers` and `liveBytes` only grow. */
export interface Counters {
  /** Buffers created, staging buffers for reading included. */
  buffers: number;
  bindGroups: number;
  pipelines: number;
  shaderModules: number;
  submits: number;
  /** As declared by the callers of `submit`. */
  dispatches: number;
  /** Calls of `write`. */
  writes: number;
  /** Bytes of all buffers ever created. */
  bytesAllocated: number;
  liveBuffers: number;
  liveBytes: number;
}

export interface DeviceOptions {
  /**
   * A device made elsewhere. Destroying the {@link Device} frees the buffers made through it and leaves the
   * GPUDevice alone.
   */
  readonly gpuDevice?: GPUDevice;
  /** Ask this adapter for the device instead of searching one. */
  readonly adapter?: GPUAdapter;
  /** 'high-performance' unless given. */
  readonly powerPreference?: GPUPowerPreference;
  /** Node only: arguments of `create` of the package webgpu, e.g. 'enable-dawn-features=disable_robustness'. */
  readonly dawnToggles?: readonly string[];
  /** Does the search for an adapter, one synchronous call; for a program that minds what drivers print meanwhile. */
  readonly aroundSearch?: <T>(search: () => T) => T;
  /** Names the device in errors. */
  readonly label?: string;
}
