import { BYTES_PER_ELEMENT } from '../ir/dtype';
import type { Target } from '../plan/target';
import { leastProfile } from './device/least-profile';
import type { AdapterProfile } from './device/types';
import { defaultChoices } from './tune/defaults';
import { lowerGroup } from './wgsl/lower';
import { namedCandidates } from './wgsl/named-kernels';

/** Bytes at whose multiples a binding may begin on every adapter. */
const OFFSET_ALIGNMENT = 256;

/** Adapters that the kernels are written for: a GPU, and a CPU with subgroups and without. */
const sampleProfiles: readonly AdapterProfile[] = [
  { ...leastProfile, subgroupSize: 32 },
  { ...leastProfile, subgroupSize: 8, software: true },
  { ...leastProfile, software: true },
];

/** An adapter as plans see it. Kernels are the WGSL of whole modules. */
export interface WebGpuTarget extends Target<string> {
  readonly profile: AdapterProfile;
}

/** The target of an adapter that is described by `profile`; no device is needed. */
export function webgpuTarget(profile: AdapterProfile): WebGpuTarget {
  const { vendor, architecture, device, description, limits, software, subgroupSize } = profile;
  return {
    name: 'webgpu',
    profile,
    identity: [
      vendor,
      architecture,
      device,
      description,
      ...(software ? ['software'] : []),
      `subgroups ${subgroupSize}`,
    ],
    limits: {
      operands: limits.maxStorageBuffersPerShaderStage,
      operandBytes: limits.maxStorageBufferBindingSize,
      alignment: OFFSET_ALIGNMENT / BYTES_PER_ELEMENT,
      // A buffer that is bound to be written may not be bound a second time in the same dispatch.
      sharedBuffers: false,
      keptBytes: 0,
    },
    get defaults() {
      return defaultChoices(profile);
    },
    candidates: (call) => namedCandidates(call, profile),
    lower: (group, values) => lowerGroup(profile, group, values),
    keyOf: (wgsl) => wgsl,
    samples: () => sampleProfiles.map(webgpuTarget),
  };
}
