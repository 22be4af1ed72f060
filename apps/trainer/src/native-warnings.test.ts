// Reference: POSIX.1-2017, 2.14 (the lowest file descriptor that is free); a child writes to descriptor 2 as native code does.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'noisesmith-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = pathToFileURL(fileURLToPath(new URL('./native-warnings.ts', import.meta.url))).href;
const script = `
  import { writeSync } from 'node:fs';
  import { withoutNativeWarnings } from '${source}';
  process.stderr.write('before ');
  const value = withoutNativeWarnings(() => (writeSync(2, 'NATIVE '), 7));
  writeSync(2, 'value ' + value);
  process.stderr.write(' after');
  try { withoutNativeWarnings(() => { throw new Error('thrown'); }); } catch (error) { writeSync(2, ' ' + error.message); }
`;
const loader = import.meta.resolve('tsx');
const child = `"$NODE" --import "$LOADER" --input-type=module --eval "$SCRIPT"`;

function output(command: string): string {
  const env = { ...process.env, NODE: process.execPath, LOADER: loader, SCRIPT: script };
  return spawnSync('sh', ['-c', command], { env, encoding: 'utf8', cwd: folder }).stdout;
}

it('drops what native code writes to a pipe meanwhile, and nothing else', () => {
  expect(output(`${child} 2>&1 >/dev/null | cat`)).toBe('before value 7 after thrown');
});

it('leaves a file alone, whose place cannot be opened again', () => {
  output(`${child} 2>errors`);
  expect(readFileSync(join(folder, 'errors'), 'utf8')).toBe('before NATIVE value 7 after thrown');
});
