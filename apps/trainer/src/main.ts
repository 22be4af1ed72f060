#!/usr/bin/env node
import { openBackend, openTuningStore } from '@noisesmith/tensor';
import { runCli } from './cli';
import { exitCodes } from './errors';
import { Interruption } from './interruption';
import { thisHost } from './machine/host';
import { withoutNativeWarnings } from './native-warnings';
import { StandardStream } from './standard-stream';

const interruption = new Interruption(process, () =>
  stderr.write('\ninterrupted; finishing what is under way (once more to stop at once)\n'),
);
const onGone = (): void => interruption.request();
const stdout = new StandardStream(process.stdout, onGone);
const stderr = new StandardStream(process.stderr, onGone);

const result = await runCli(process.argv.slice(2), {
  out: stdout.write,
  err: stderr.write,
  columns: process.stderr.isTTY ? process.stderr.columns || 80 : undefined,
  host: thisHost(),
  openBackend: (prefer) => openBackend({ prefer, webgpu: { aroundSearch: withoutNativeWarnings } }),
  openTuningStore: (onWarning) => openTuningStore({ onWarning }),
  interruptSignal: () => interruption.listen(),
});

process.exitCode = result === exitCodes.interrupted ? interruption.exitCode : result;
// A stream says only after the last write has returned that it failed. What ends the process until then keeps its code.
process.on('exit', () => {
  if (stdout.problem === undefined) return;
  stderr.write(`noisesmith: standard output: ${stdout.problem}; what was printed is not whole\n`);
  process.exitCode ||= exitCodes.failed;
});
