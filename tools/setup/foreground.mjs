import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { root } from './workspace.mjs';

/** A terminal signals the whole group and npm passes the signal on once more; copies this close are one key press. */
const samePressMs = 500;

/**
 * Where paths of a command line start: the folder in which `npm run` was typed, which npm names in INIT_CWD, since it
 * runs scripts in the root.
 * @param {NodeJS.ProcessEnv} env
 */
export function typedIn({ INIT_CWD }) {
  const found = INIT_CWD && statSync(INIT_CWD, { throwIfNoEntry: false })?.isDirectory();
  return found ? INIT_CWD : root;
}

/**
 * Runs the work in the foreground. The child leads a process group of its own, so it gets one signal for one Ctrl-C,
 * from here; it may take its time to end. A second Ctrl-C kills it with all that it started.
 * @param {string[]} args of Node
 * @param {NodeJS.ProcessEnv} [env] added to the environment
 * @param {string} [cwd] its working folder; the root unless given
 * @returns {Promise<number>} exit code; 128 + number when a signal ended it
 */
export function runForeground(args, env = {}, cwd = root) {
  // On Windows a new group would mean a new console; there the console itself brings Ctrl-C to the child.
  const ownGroup = process.platform !== 'win32';
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'inherit',
    detached: ownGroup,
  });
  let firstPress = 0;
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    if (firstPress === 0) {
      firstPress = Date.now();
      if (ownGroup) child.kill(signal);
    } else if (Date.now() - firstPress > samePressMs && child.pid !== undefined) {
      if (ownGroup) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    }
  };
  /** @type {[NodeJS.Signals, () => void][]} */
  const handlers = [
    ['SIGINT', () => pass('SIGINT')],
    ['SIGTERM', () => pass('SIGTERM')],
    // A terminal that goes away says so more than once.
    ['SIGHUP', () => firstPress === 0 && pass('SIGHUP')],
  ];
  if (ownGroup) {
    handlers.push(
      ['SIGWINCH', () => child.kill('SIGWINCH')],
      ['SIGCONT', () => child.kill('SIGCONT')],
      [
        'SIGTSTP',
        () => {
          child.kill('SIGSTOP');
          process.kill(process.pid, 'SIGSTOP');
        },
      ],
    );
  }
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
