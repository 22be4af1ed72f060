import { join } from 'node:path';
import { runForeground } from '../setup/foreground.mjs';
import { SetupError } from '../setup/report.mjs';
import { setUp } from '../setup/setup.mjs';
import { binOf, root } from '../setup/workspace.mjs';

/**
 * `npm run docs`: pages of all that the packages offer, from their docstrings, in `.cache/docs`. A docstring that links to
 * nothing, or describes a parameter that is not there, is an error.
 * @param {string[]} args none
 * @returns {Promise<number>} exit code
 */
export async function docs(args) {
  if (args.length > 0) throw new SetupError(`npm run docs: argument ${JSON.stringify(args[0])}, expected none`);
  await setUp({ adapter: false });
  return runForeground([binOf('typedoc'), '--options', join(root, 'typedoc.json')]);
}
