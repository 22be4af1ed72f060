import { parseArgs } from 'node:util';
import { type Ceilings, parseCeilings, usualDispatchSeconds } from '@noisesmith/tensor';
import { backendNamed, type MeasuredBackend, usualBackend } from '../backend-named';
import { type BenchConfig, configs, selectConfigs } from '../configs';

export const usage = `usage: bench --explain [--config LIST] [--top N] [--steps N] [--backend NAME]
                       [--ceilings FLOPS,LOADS[,DISPATCH]] [--json FILE] [--dawn FLAG]...

Every kernel of the train step beside the least time it could take, worst first.

  --config LIST      of ${configs.map(({ name }) => name).join(', ')} (default tiny); all: all but cifar10,
                     which is for GPUs
  --top N            rows to print (default 30; 0: all)
  --steps N          warm steps to time (default 10)
  --backend NAME     webgpu (default where there is an adapter) or wasm
  --ceilings LIST    no measurement: an estimate for a GPU that does FLOPS f32 operations a second and reads LOADS f32
                     numbers a second from memory, with DISPATCH seconds for each kernel (default ${usualDispatchSeconds});
                     such as 60e12,0.8e12
  --json FILE        write everything, a row for every kernel
  --dawn FLAG        passed to Dawn, such as --dawn=backend=vulkan; may be repeated`;

export interface ExplainOptions {
  readonly help: boolean;
  readonly configs: readonly BenchConfig[];
  readonly top: number;
  readonly steps: number;
  readonly backend: MeasuredBackend;
  readonly ceilings: Ceilings | undefined;
  readonly json: string | undefined;
  readonly dawn: readonly string[];
}

/** Reads the command line. @throws Error naming the flag that is wrong */
export function parseExplainOptions(args: readonly string[]): ExplainOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string', default: 'tiny' },
      top: { type: 'string', default: '30' },
      steps: { type: 'string', default: '10' },
      backend: { type: 'string', default: usualBackend() },
      ceilings: { type: 'string' },
      json: { type: 'string' },
      dawn: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    help: values.help,
    configs: selectConfigs(values.config),
    top: count('--top', values.top, 0) || Number.POSITIVE_INFINITY,
    steps: count('--steps', values.steps, 1),
    backend: backendNamed(values.backend),
    ceilings: values.ceilings === undefined ? undefined : readCeilings(values.ceilings),
    json: values.json,
    dawn: values.dawn,
  };
}

function count(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least) {
    throw new Error(`${flag}: ${JSON.stringify(text)}, expected a whole number of at least ${least}`);
  }
  return value;
}

/** @throws Error naming the flag */
function readCeilings(text: string): Ceilings {
  try {
    return parseCeilings(text);
  } catch (error) {
    throw new Error(`--ceilings: ${(error as Error).message}`);
  }
}
