// References: npm's documentation of `npm run-script` (INIT_CWD holds the folder in which it was typed); the exit code by
// which a shell knows a signal, 128 and its number.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { typedIn } from './foreground.mjs';
import { root } from './workspace.mjs';

it('paths start in the folder in which npm run was typed', () => {
  expect(typedIn({ INIT_CWD: tmpdir() })).toBe(tmpdir());
  expect(typedIn({})).toBe(root);
  expect(typedIn({ INIT_CWD: '/no/such/folder' })).toBe(root);
});

it('a terminal that hangs up, more than once, is told to the work, which may end in good order', async () => {
  const work = `process.on('SIGHUP', () => setTimeout(() => process.exit(7), 800)); console.log('ready'); setInterval(() => {}, 1000);`;
  const script = `
    const { runForeground } = await import(${JSON.stringify(fileURLToPath(new URL('./foreground.mjs', import.meta.url)))});
    process.exitCode = await runForeground(['-e', ${JSON.stringify(work)}]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGHUP');
  await new Promise((resolve) => setTimeout(resolve, 600));
  child.kill('SIGHUP');
  expect(await ended).toBe(7);
});
