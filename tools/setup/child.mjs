import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SetupError } from './report.mjs';
import { cacheFolder, root } from './workspace.mjs';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** Ends the set-up's children; called when the set-up itself is interrupted. */
export function stopChildren() {
  for (const child of running) child.kill('SIGTERM');
}

/**
 * Runs one step of the set-up with its output in `.cache/setup/LOG`.
 * @param {object} step
 * @param {string} step.name what the step does, for the error line
 * @param {string[]} step.command program and arguments
 * @param {string} step.log file name of the log
 * @param {string} step.byHand the command that does the same by hand
 * @param {NodeJS.ProcessEnv} [step.env] added to the environment
 * @returns {Promise<void>}
 * @throws {SetupError} when the program is missing or exits with an error
 */
export async function runStep({ name, command, log, byHand, env = {} }) {
  mkdirSync(cacheFolder, { recursive: true });
  const logPath = join(cacheFolder, log);
  const output = openSync(logPath, 'w');
  const [program = '', ...args] = command;
  const failure = await new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
      // npx is a .cmd file on Windows, and those start only through a shell.
      shell: process.platform === 'win32' && program === 'npx',
    });
    running.add(child);
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve(code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`);
    });
  });
  closeSync(output);
  if (failure === undefined) return;
  if (process.env.CI) process.stderr.write(tail(readFileSync(logPath, 'utf8'), 40));
  throw new SetupError(`${name} failed (${failure}); log: ${relative(root, logPath)}; by hand: ${byHand}`);
}

/**
 * @param {string} text
 * @param {number} lines
 */
function tail(text, lines) {
  return `${text.trimEnd().split('\n').slice(-lines).join('\n')}\n`;
}
