import { readFileSync } from 'node:fs';

/**
 * The most that a library may add to a page, with all that it stands on: bundled for browsers, minified, compressed by
 * brotli. What is optional, and brought by those who want it, is left out.
 */
const budgets = {
  schedules: '9 kB',
  data: '21 kB',
  formats: '23 kB',
  diffusion: '54 kB',
  rin: '60 kB',
  samplers: '65 kB',
  training: '77 kB',
  tensor: '95 kB',
  metrics: '97 kB',
  conformance: '82 kB',
  runs: '138 kB',
};

export default Object.entries(budgets).map(([name, limit]) => {
  const folder = `packages/${name}`;
  const { peerDependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  return {
    name: `@noisesmith/${name}`,
    path: `${folder}/dist/index.js`,
    limit,
    ignore: ['nsfwjs', 'nsfwjs/*', ...Object.keys(peerDependencies)],
    modifyEsbuildConfig: (config) => ({
      ...config,
      platform: 'browser',
      format: 'esm',
      conditions: ['browser'],
      // Files that esbuild has split and that a package calls free of side effects make it say so of each import.
      logOverride: { 'ignored-bare-import': 'silent' },
    }),
  };
});
