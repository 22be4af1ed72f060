import { realpath } from 'node:fs/promises';
import type { Command } from '../command';
import { exitCodes, UsageError, WorkError } from '../errors';
import { runsBelow } from '../serve/run-list';
import { defaultPort, portOf, RunServer } from '../serve/run-server';

/** Where `train` puts runs. */
const defaultFolder = 'runs';

/** Resolves when the signal is aborted. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Runs in a folder. @throws UsageError where there are none */
async function findRuns(folder: string): Promise<readonly string[]> {
  const path = await realpath(folder).catch(() => undefined);
  const runs = path === undefined ? [] : await runsBelow(path);
  if (runs.length > 0) return runs;
  const missing = path === undefined ? 'no such folder' : 'no run is in it';
  throw new UsageError(`${folder}: ${missing}; expected the folder of a run, or one that holds such folders`);
}

export const view: Command = {
  name: 'view',
  summary: 'show runs in the browser: charts, grids, settings',
  positionals: ['[DIR]'],
  flags: { port: { value: 'N', help: `port at 127.0.0.1 (${defaultPort} unless given, 0: any)` } },
  details: [
    'DIR is the folder of a run, or one that holds such folders (default runs); its runs are shown side by side. Nothing is',
    'changed, and nobody else in the network can look. Ctrl-C ends it.',
  ],
  example: 'runs/digits',
  async run(args, context) {
    const port = portOf(args, 'port');
    const folder = args.positionals[0] ?? defaultFolder;
    const runs = await findRuns(folder);
    const single = runs[0] === '';
    const signal = context.interruptSignal();
    using server = await RunServer.open({ folder, single, port, flag: '--port' });
    const what = single ? 'one run' : `${runs.length} run${runs.length === 1 ? '' : 's'}`;
    context.out(`${folder}: ${what} at ${server.address}; Ctrl-C ends it\n`);
    const failure = await Promise.race([server.failure, aborted(signal)]);
    if (failure) throw new WorkError(`the page is served no more: ${failure.message}`);
    return exitCodes.done;
  },
};
