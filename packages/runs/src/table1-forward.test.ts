// Reference: the oracle in double precision, on the same 214M weights and one image.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('./testing/table1-forward.ts', import.meta.url));

it('runs table1-64 forward within 4 GiB and equals the oracle', async () => {
  const node = ['--conditions=@noisesmith/source', '--import', 'tsx', script];
  const { stdout } = await promisify(execFile)(process.execPath, node);
  const found = JSON.parse(stdout) as { prediction: number; carry: number; peak: number };
  expect(found.prediction).toBeLessThan(1e-4);
  expect(found.carry).toBeLessThan(1e-4);
  expect(found.peak).toBeLessThan(4 * 2 ** 30);
});
