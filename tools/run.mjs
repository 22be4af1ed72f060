// Everything `npm run` needs on a machine with Node and npm alone: node tools/run.mjs WHAT [arguments]
import { join } from 'node:path';
import { runForeground, typedIn } from './setup/foreground.mjs';
import { progress, SetupError, unwritableMessage } from './setup/report.mjs';
import { setUp } from './setup/setup.mjs';
import { root } from './setup/workspace.mjs';
import { bench } from './tasks/bench.mjs';
import { check } from './tasks/check.mjs';
import { docs } from './tasks/docs.mjs';
import { release } from './tasks/release.mjs';
import { test } from './tasks/test.mjs';

const cli = join(root, 'apps', 'trainer', 'dist', 'main.js');

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  async train(args) {
    await setUp({ adapter: false });
    return runForeground([cli, 'train', ...args], {}, typedIn(process.env));
  },
  async noisesmith(args) {
    // WebAssembly needs no adapter; a command that is to compute on WebGPU says itself that there is none.
    await setUp({ adapter: false });
    return runForeground([cli, ...args], {}, typedIn(process.env));
  },
  bench,
  async viewer(args) {
    await setUp({ adapter: false });
    return runForeground([join(root, 'apps', 'viewer', 'scripts', 'serve.mjs'), ...args]);
  },
  async build() {
    await setUp({ adapter: false });
    return 0;
  },
  test,
  check,
  docs,
  release,
};

const [what = '', ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(commands, what)) {
    throw new SetupError(`what to run is ${JSON.stringify(what)}, expected one of ${Object.keys(commands).join(', ')}`);
  }
  process.exitCode = await /** @type {(args: string[]) => Promise<number>} */ (commands[what])(args);
} catch (error) {
  const message = error instanceof SetupError ? error.message : unwritableMessage(error);
  if (message === undefined) throw error;
  progress(message);
  process.exitCode = 1;
}
