// Reference: README.md: `npm run bench` computes without an adapter too; set-up and process are stood in for.
import { expect, it } from 'vitest';
import { bench } from './bench.mjs';

/** The environment that the benchmark is started with after a set-up that ends so. */
async function environmentAfter(missingAdapter: string | undefined) {
  const environments: (NodeJS.ProcessEnv | undefined)[] = [];
  const exitCode = await bench(['--steps', '5'], {
    setUp: async ({ adapter }) => {
      expect(adapter).toBe(true);
      return { missingAdapter };
    },
    run: async (command, env) => {
      expect(command.slice(-2)).toEqual(['--steps', '5']);
      environments.push(env);
      return 7;
    },
  });
  expect(exitCode).toBe(7);
  return environments;
}

it('the benchmark runs with an adapter, and without one is told why', async () => {
  expect(await environmentAfter(undefined)).toEqual([{}]);
  expect(await environmentAfter('none; install one')).toEqual([{ BENCH_WITHOUT_ADAPTER: 'none; install one' }]);
});
