import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nextAdapterStep } from './adapter-plan.mjs';
import { aptInstall } from './apt.mjs';
import { thisMachine } from './machine.mjs';
import { progress, SetupError } from './report.mjs';
import { resolveFrom, root } from './workspace.mjs';

/**
 * Reads the probe's answer; without one (a crash, a time-out) the driver counts as absent, so that a newer one is tried.
 * @param {string} output
 * @returns {import('./adapter-plan.mjs').Probe}
 */
export function parseProbe(output) {
  for (const line of output.split('\n').reverse()) {
    if (line.startsWith('{"outcome":')) return JSON.parse(line);
  }
  return { outcome: 'none' };
}

/** @returns {import('./adapter-plan.mjs').Probe} */
function probeAdapter() {
  const script = join(root, 'tools', 'setup', 'probe.mjs');
  const webgpu = pathToFileURL(resolveFrom('packages/tensor', 'webgpu')).href;
  const { stdout } = spawnSync(process.execPath, [script, webgpu], {
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  return parseProbe(stdout ?? '');
}

/**
 * Makes sure of a WebGPU adapter, installing a software one where that is possible. A probe takes a fraction of a
 * second, so every run makes one: a driver that vanished is noticed.
 * @returns {Promise<string | undefined>} undefined when there is an adapter, else what to install
 */
export async function ensureAdapter() {
  /** @type {import('./adapter-plan.mjs').Origin[]} */
  const tried = [];
  let probe = probeAdapter();
  if (probe.outcome === 'adapter') return undefined;
  const machine = thisMachine();
  for (;;) {
    const step = nextAdapterStep(machine, probe, tried);
    if (step.kind === 'message') return step.text;
    if (step.kind === 'ready') {
      if (probe.outcome === 'adapter') progress(`WebGPU adapter: ${probe.name}`);
      return undefined;
    }
    try {
      await aptInstall(machine, step.packages, step.from);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      return `no WebGPU adapter, and no driver could be installed: ${error.message}`;
    }
    tried.push(step.from);
    probe = probeAdapter();
  }
}
