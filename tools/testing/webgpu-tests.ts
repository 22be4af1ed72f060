const tensor = 'packages/tensor/src';

/** The room of WebGPU. */
export const webgpuRoom = `${tensor}/webgpu`;

/** Files outside of it that open an adapter before their tests, or most of whose tests need one. */
export const webgpuFiles: readonly string[] = [
  ...['frozen', 'half', 'plan-bytes', 'stored'].map((name) => `${tensor}/plan/${name}.test.ts`),
  'packages/metrics/src/inception/feature-network.test.ts',
  'packages/runs/src/table1-forward.test.ts',
  'packages/samplers/src/backends.test.ts',
  'apps/trainer/test/tune.test.ts',
  'tools/readme/readme.test.ts',
];

/** Set by `npm test` where there is no adapter and none can be installed. */
export const isWithoutWebgpu = (): boolean => process.env.NOISESMITH_WITHOUT_WEBGPU === 'true';

/** Set by `npm test` where there is no git. */
const isWithoutGit = (): boolean => process.env.NOISESMITH_WITHOUT_GIT === 'true';

/**
 * Names of tests that run here; undefined: all. A test that needs an adapter of WebGPU, or git, or a block around it, has
 * the word in its name.
 */
export function namesThatRun(): RegExp | undefined {
  const words = [...(isWithoutWebgpu() ? ['WebGPU'] : []), ...(isWithoutGit() ? ['\\bgit\\b'] : [])];
  return words.length === 0 ? undefined : new RegExp(`^(?!.*(?:${words.join('|')}))`);
}
