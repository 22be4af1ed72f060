import { parseArgs } from 'node:util';
import { type BenchConfig, configs, selectConfigs } from './configs';
import { contestants } from './contestants';
import { convolutions } from './convolutions';
import { ops } from './ops';
import {
  type MetricPart,
  metricParts,
  type Suite,
  selectConvolutions,
  selectMetricParts,
  selectOps,
  selectSuites,
  suites,
} from './suites';

export const usage = `usage: bench [--suite LIST] [--config LIST] [--op LIST] [--part LIST] [--conv LIST] [--images N]
             [--contestants LIST] [--steps N] [--rounds N] [--budget SECONDS] [--fixture FILE] [--json FILE]
             [--markdown FILE] [--timeout MINUTES] [--python PROGRAM] [--dawn FLAG]... [--apart]
       bench --explain ...  every kernel of the train step beside the least time it could take (--explain --help)
       bench --scaling ...  how cost grows with tokens and with the batch (--scaling --help)
       bench --pages ...    what pages that look at a run cost it (--pages --help)
       bench --sizes        what the engine and its peers add to a page
       bench --tiles ...    matrix products in each way that the engine has for them here (--tiles --help)

  --suite LIST        of ${suites.join(', ')} (default train): train steps and their memory; single ops; a forward pass
                      and DDIM sampling; what judging images takes: single convolutions, images a second of an
                      Inception-v3 and its memory, the Fréchet distance of two statistics
  --config LIST       models of train and sample, of ${configs.map(({ name }) => name).join(', ')} (default
                      tiny); all: all but cifar10, which is for GPUs: 12.7 GiB, minutes a step on a CPU
  --op LIST           of ${[...ops.keys()].join(', ')}
                      (default all)
  --part LIST         of metrics, of ${metricParts.join(', ')} (default all)
  --conv LIST         convolutions of metrics, by blocks of Inception-v3: ${[...convolutions.keys()].join(', ')}
                      (default all)
  --images N          images that pass while the memory of metrics is looked at (default 1000)
  --contestants LIST  of ${[...contestants.keys()].join(', ')}
                      (default all but jax-js-webgpu, which compiles for minutes where the adapter is a CPU, and
                      those of PyTorch where it cannot be imported or finds no CUDA; where there is no adapter, those
                      that need none)
                      Each LIST may also be: all.
  --steps N           warm train steps to time (default 20)
  --rounds N          rounds to time of ops, forward passes and sampling (default 10)
  --budget SECONDS    a contestant begins no further step or round of a job once it has spent this on timed ones, so
                      that a slow one gets fewer; at least one is timed (default 15)
  --fixture FILE      reference results of the train step (default fixtures/rin-tiny.safetensors if present)
  --json FILE         write all results as JSON
  --markdown FILE     write the tables as Markdown; they are printed in any case
  --timeout MINUTES   limit for one contestant and job (default 30)
  --python PROGRAM    interpreter of the contestants that are PyTorch (default python3)
  --apart             lets a contestant end before the next begins, for work of which memory holds one at a time; else
                      they take turns of half a second, so that all see the same of what a machine does besides
  --dawn FLAG         passed to Dawn by every contestant, such as --dawn=backend=vulkan; may be repeated`;

export interface Options {
  readonly help: boolean;
  readonly suites: readonly Suite[];
  readonly configs: readonly BenchConfig[];
  readonly ops: readonly string[];
  readonly parts: readonly MetricPart[];
  readonly convolutions: readonly string[];
  readonly images: number;
  /** As given: which contestants can run is not known here. */
  readonly contestants: string | undefined;
  readonly steps: number;
  readonly rounds: number;
  readonly budgetMs: number;
  readonly timeoutMs: number;
  readonly fixture: string | undefined;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
  readonly python: string;
  readonly dawn: string[];
  readonly apart: boolean;
}

/** Reads the command line. @throws Error naming the flag that is wrong */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: 'string', default: 'train' },
      config: { type: 'string', default: 'tiny' },
      op: { type: 'string', default: 'all' },
      part: { type: 'string', default: 'all' },
      conv: { type: 'string', default: 'all' },
      images: { type: 'string', default: '1000' },
      contestants: { type: 'string' },
      steps: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '10' },
      budget: { type: 'string', default: '15' },
      fixture: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      timeout: { type: 'string', default: '30' },
      python: { type: 'string', default: 'python3' },
      dawn: { type: 'string', multiple: true, default: [] },
      apart: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { help, apart, contestants: list, fixture, json, markdown, python, dawn } = values;
  return {
    help,
    suites: selectSuites(values.suite),
    configs: selectConfigs(values.config),
    ops: selectOps(values.op),
    parts: selectMetricParts(values.part),
    convolutions: selectConvolutions(values.conv),
    images: positiveCount('--images', values.images),
    contestants: list,
    steps: positiveCount('--steps', values.steps),
    rounds: positiveCount('--rounds', values.rounds),
    budgetMs: 1000 * positiveNumber('--budget', values.budget, 'seconds'),
    timeoutMs: 60_000 * positiveNumber('--timeout', values.timeout, 'minutes'),
    fixture,
    json,
    markdown,
    python,
    dawn,
    apart,
  };
}

export function positiveCount(flag: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new Error(`${flag}: ${JSON.stringify(text)}, expected a whole number of at least 1`);
  }
  return count;
}

function positiveNumber(flag: string, text: string, unit: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${flag}: ${JSON.stringify(text)}, expected ${unit} above 0`);
  return value;
}
