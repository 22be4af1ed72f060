/** What the engine does with a feature or a limit of an adapter, in a few words; undefined for one that it does not use. */
const uses: Readonly<Record<string, string>> = {
  subgroups: 'rows and products share values between invocations without memory',
  'shader-f16': 'values kept in half the memory, where a run asks for it',
  'timestamp-query': 'times kernels one by one, for tuning and benchmarks',
};

export interface FeatureRow {
  readonly feature: string;
  readonly there: 'yes' | 'no';
  readonly use: string;
}

/** The features that the engine uses, there or not, then the others that there are. */
export function featureRows(features: readonly string[]): FeatureRow[] {
  const used = Object.keys(uses).map(
    (feature): FeatureRow => ({ feature, there: features.includes(feature) ? 'yes' : 'no', use: uses[feature]! }),
  );
  const others = features.filter((feature) => !(feature in uses));
  return [...used, ...others.map((feature): FeatureRow => ({ feature, there: 'yes', use: 'not used' }))];
}

const limitUses: Readonly<Record<string, string>> = {
  maxBufferSize: 'largest tensor or group of tensors in one buffer',
  maxStorageBufferBindingSize: 'largest tensor that a kernel reads or writes',
  maxUniformBufferBindingSize: 'scalars of a step',
  maxStorageBuffersPerShaderStage: 'how many tensors one kernel can fuse',
  maxComputeWorkgroupsPerDimension: 'size of a dispatch before it becomes a grid',
  maxComputeInvocationsPerWorkgroup: 'size of a team that computes a tile or a row',
  maxComputeWorkgroupStorageSize: 'tiles of products and attention',
};

/** What the engine does with a limit; '' for one that hardly matters. */
export const limitUse = (name: string): string => limitUses[name] ?? '';

/** Whether a limit counts bytes. */
export const isBytes = (name: string): boolean => /BufferSize$|BindingSize$|StorageSize$|Alignment$/.test(name);
