/** What pages that look at a run cost it: images/s of one training process without pages and with many, in turn. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '@noisesmith/tensor';
import { LOOK_EVERY, ServedRuns } from '../../../apps/viewer/src/pages/runs/served-runs';
import { positiveCount } from '../options';
import { type PagesResult, pagesResult } from './result';

const usage = `usage: bench --pages [--count N] [--rounds N] [--ticks N] [--preset NAME] [--data SPEC]

Trains with --serve and reads images/s in turns: without pages, then with pages that ask as the viewer's page does.

  --count N      pages that are open (default 50)
  --rounds N     turns of each (default 6)
  --ticks N      status lines of a turn that count, one in two seconds; the first after a change does not (default 8)
  --preset NAME  what is trained (default mnist-tiny)
  --data SPEC    on what (default mnist)`;

const root = new URL('../../../', import.meta.url);
const cli = fileURLToPath(new URL('apps/trainer/src/main.ts', root));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Lines of a stream, awaited one by one. */
async function* linesOf(child: ChildProcess, stream: 'stdout' | 'stderr'): AsyncGenerator<string> {
  yield* createInterface({ input: child[stream]! });
}

async function addressOf(child: ChildProcess): Promise<string> {
  let last = '';
  for await (const line of linesOf(child, 'stderr')) {
    const [, base] = /(http:\/\/127\.0\.0\.1:\d+\/)#/.exec(line) ?? [];
    if (base) {
      child.stderr!.resume();
      return base;
    }
    last = line;
  }
  throw new Error(`the training ended: ${last}`);
}

/** Pages that are open until what is returned is called; it tells how many requests they sent. */
function openPages(count: number, base: string): () => number {
  let requests = 0;
  const fetchCounted = (url: string, init: RequestInit): Promise<Response> => {
    requests += 1;
    return fetch(url, init);
  };
  const timers = Array.from({ length: count }, (_, i) => {
    const page = new ServedRuns(`${base}run/`, fetchCounted);
    const look = (): void => void page.look().catch(() => undefined);
    // They were not opened at the same moment.
    let every: NodeJS.Timeout | undefined;
    const first = setTimeout(
      () => {
        look();
        every = setInterval(look, LOOK_EVERY);
      },
      (i * LOOK_EVERY) / count,
    );
    return () => {
      clearTimeout(first);
      clearInterval(every);
    };
  });
  return () => {
    for (const stop of timers) stop();
    return requests;
  };
}

export async function runPages(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '50' },
      rounds: { type: 'string', default: '6' },
      ticks: { type: 'string', default: '8' },
      preset: { type: 'string', default: 'mnist-tiny' },
      data: { type: 'string', default: 'mnist' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const count = positiveCount('--count', values.count);
  const rounds = positiveCount('--rounds', values.rounds);
  const ticks = positiveCount('--ticks', values.ticks);
  const folder = await mkdtemp(join(tmpdir(), 'noisesmith-pages-'));
  const never = String(1_000_000_000);
  const settings = ['train.steps', 'output.checkpointEvery'].flatMap((path) => ['--set', `${path}=${never}`]);
  const quiet = [...settings, '--set', 'output.gridEvery=0', '--set', 'output.evalEvery=0', '--tuning', 'default'];
  const what = ['train', '--preset', values.preset, '--data', values.data, '--out', folder, '--serve', '0', '--json'];
  const child = spawn(process.execPath, ['--conditions=@noisesmith/source', '--import', tsx, cli, ...what, ...quiet], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const base = await addressOf(child);
    const paces = pacesOf(child);
    // Until it is warm.
    for (let i = 0; i < 3; i++) await paces.next();
    const turns: { readonly without: number; readonly with: number }[] = [];
    let requests = 0;
    const turn = async (): Promise<number> => {
      await paces.next();
      const found: number[] = [];
      for (let i = 0; i < ticks; i++) found.push((await paces.next()).value!);
      return median(found);
    };
    for (let round = 0; round < rounds; round++) {
      const without = await turn();
      const close = openPages(count, base);
      const start = performance.now();
      const withPages = await turn();
      requests = (close() * 1000) / (performance.now() - start);
      turns.push({ without, with: withPages });
      console.error(`round ${round + 1} of ${rounds}: ${without.toFixed(2)} and ${withPages.toFixed(2)} images/s`);
    }
    console.log(describe(count, requests, pagesResult(turns)));
  } finally {
    child.kill('SIGINT');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

/** Images/s of one status line after another. @throws Error when the training ends */
async function* pacesOf(child: ChildProcess): AsyncGenerator<number, number> {
  for await (const line of linesOf(child, 'stdout')) {
    const { imagesPerSecond, type } = JSON.parse(line) as { readonly type: string; readonly imagesPerSecond?: number };
    if (type === 'step' && typeof imagesPerSecond === 'number') yield imagesPerSecond;
  }
  throw new Error('the training ended');
}

const describe = (count: number, requests: number, result: PagesResult): string =>
  [
    `without pages ${result.without.toFixed(2)} images/s, with ${count} pages ${result.with.toFixed(2)} (${requests.toFixed(0)} requests/s)`,
    `slower by ${(100 * result.slowdown).toFixed(1)} % in the median round (${result.slowdowns.map((share) => (100 * share).toFixed(1)).join(', ')})`,
  ].join('\n');
