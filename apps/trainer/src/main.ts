#!/usr/bin/env node
import { openDevice, openTuningStore } from '@noisesmith/tensor';
import { runCli } from './cli';
import { exitCodes } from './errors';

let interrupts: AbortController | undefined;

function interruptSignal(): AbortSignal {
  if (interrupts) return interrupts.signal;
  const controller = new AbortController();
  interrupts = controller;
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    process.stderr.write('\ninterrupted; finishing what is under way (once more to stop at once)\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

// A reader that went away, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  columns: process.stderr.isTTY ? process.stderr.columns || 80 : undefined,
  openDevice: () => openDevice(),
  openTuningStore: (onWarning) => openTuningStore({ onWarning }),
  interruptSignal,
});
