/** Trains in a worker: what the page posts is done on WebGPU, with the run kept in the page's own file system. */
import { openDevice } from '@noisesmith/tensor';
import { openRun, opfsRunFiles, type RunFiles } from '../src';
import { tinyDataset, tinyRun } from '../src/testing/tiny-run';

export interface WorkerRequest {
  /** The folder of the run. */
  readonly folder: string;
  /** The step after which training is stopped; absent: to the end. */
  readonly stopAfter?: number;
}

export interface WorkerAnswer {
  readonly end?: 'done' | 'interrupted';
  readonly began?: number;
  readonly events?: readonly { readonly type: string; readonly step?: number }[];
  /** SHA-256 of each file of the end. */
  readonly digests?: Readonly<Record<string, string>>;
  /** Bytes of two samples, drawn when training had ended. */
  readonly samples?: readonly number[];
  readonly error?: string;
}

const results = ['ema.safetensors', 'samples.npz', 'grid.png', 'config.json', 'tuning.json', 'dataset.json'];

async function digestsOf(files: RunFiles): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name of results) {
    const bytes = await files.read(name);
    if (!bytes) continue;
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    digests[name] = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  return digests;
}

async function train({ folder, stopAfter = Infinity }: WorkerRequest): Promise<WorkerAnswer> {
  const root = await navigator.storage.getDirectory();
  const files = await opfsRunFiles(await root.getDirectoryHandle(folder, { create: true }));
  using device = await openDevice();
  using run = await openRun(tinyRun(), { backend: device, dataset: await tinyDataset(), files, tick: { steps: 1 } });
  const began = run.step;
  const controller = new AbortController();
  const events: { type: string; step?: number }[] = [];
  const end = await run.train({
    signal: controller.signal,
    onEvent(event) {
      // What a page would be shown is posted as it is.
      postMessage({ event });
      events.push({ type: event.type, ...('step' in event && { step: event.step }) });
      if (event.type === 'step' && event.step >= stopAfter) controller.abort();
    },
  });
  const { data } = await run.sample({ seeds: [0, 1], labels: [0, 1] });
  return { began, end, events, digests: await digestsOf(files), samples: [...data] };
}

addEventListener('message', async ({ data }: MessageEvent<WorkerRequest>) => {
  try {
    postMessage({ answer: await train(data) });
  } catch (error) {
    postMessage({ answer: { error: (error as Error).stack ?? String(error) } satisfies WorkerAnswer });
  }
});
