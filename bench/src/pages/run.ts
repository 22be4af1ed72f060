/** What pages that look at a run cost it: images/s of one training process without pages and with many, in turn. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '@noisesmith/tensor';
import { ServedRuns } from '../../../apps/viewer/src/pages/runs/served-runs';
import { positiveCount } from '../options';
import { cpuMilliseconds, threadMilliseconds, threadRates } from './cpu-time';
import { type PagesResult, pagesResult, type Turn } from './result';

const usage = `usage: bench --pages [--count N] [--rounds N] [--ticks N] [--preset NAME] [--data SPEC]

Trains with --serve and reads images/s in turns: without pages, then with pages that ask as the viewer's page does.

  --count N      pages that are open (default 50)
  --rounds N     turns of each (default 6)
  --ticks N      status lines of a turn that count, one in two seconds; the first four after a change do not (default 10: a look of every page)
  --preset NAME  what is trained (default mnist-tiny)
  --data SPEC    on what (default mnist)`;

/** Status lines after a change that do not count: pages that are opened read all there is, once. */
const SETTLING = 3;

/** Within which all pages are opened. */
const OPENED_WITHIN_MS = 2000;

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
    let timer: NodeJS.Timeout | undefined;
    let isOpen = true;
    const look = async (): Promise<void> => {
      await page.look().catch(() => undefined);
      if (isOpen) timer = setTimeout(look, page.lookAfter);
    };
    // They are not opened at the same moment.
    timer = setTimeout(look, (i * OPENED_WITHIN_MS) / count);
    return () => {
      isOpen = false;
      clearTimeout(timer);
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
      ticks: { type: 'string', default: '10' },
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
    const turns: { readonly without: Turn; readonly with: Turn }[] = [];
    let requests = 0;
    const turn = async (): Promise<Turn> => {
      for (let i = 0; i < SETTLING; i++) await paces.next();
      const first = (await paces.next()).value;
      const cpu = cpuMilliseconds(child.pid!);
      const threads = threadMilliseconds(child.pid!);
      const start = performance.now();
      const found: Pace[] = [];
      for (let i = 0; i < ticks; i++) found.push((await paces.next()).value);
      const images = found.at(-1)!.images - first.images;
      const pace = median(found.map(({ imagesPerSecond }) => imagesPerSecond));
      const seconds = (performance.now() - start) / 1000;
      return {
        pace,
        cpuPerImage: (cpuMilliseconds(child.pid!) - cpu) / images,
        threads: threadRates(threads, threadMilliseconds(child.pid!), seconds),
      };
    };
    for (let round = 0; round < rounds; round++) {
      // Which comes first alternates, so that a slow drift counts for neither.
      let without = round % 2 === 0 ? await turn() : undefined;
      const close = openPages(count, base);
      const start = performance.now();
      const withPages = await turn();
      requests = (close() * 1000) / (performance.now() - start);
      without ??= await turn();
      turns.push({ without, with: withPages });
      const both = [without, withPages].map(({ pace }) => pace.toFixed(2)).join(' and ');
      console.error(`round ${round + 1} of ${rounds}: ${both} images/s`);
    }
    console.log(describe(count, requests, pagesResult(turns)));
  } finally {
    child.kill('SIGINT');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

interface Pace {
  readonly imagesPerSecond: number;
  /** Seen so far. */
  readonly images: number;
}

/** What one status line after another says. @throws Error when the training ends */
async function* pacesOf(child: ChildProcess): AsyncGenerator<Pace, never> {
  for await (const line of linesOf(child, 'stdout')) {
    const event = JSON.parse(line) as { readonly type: string } & { readonly [K in keyof Pace]: number | null };
    if (event.type === 'step' && event.imagesPerSecond !== null) yield event as Pace;
  }
  throw new Error('the training ended');
}

const percents = (shares: readonly number[]): string => shares.map((share) => (100 * share).toFixed(1)).join(', ');

function describe(count: number, requests: number, { cpu, pace, serving }: PagesResult): string {
  const lines = [
    `without pages ${pace.without.toFixed(2)} images/s, with ${count} pages ${pace.with.toFixed(2)} (${requests.toFixed(0)} requests/s)`,
    `slower by ${percents([pace.loss])} % in the median round (${percents(pace.losses)})`,
  ];
  if (Number.isFinite(cpu.loss)) {
    lines.push(
      `CPU time of the training process: ${cpu.without.toFixed(2)} and ${cpu.with.toFixed(2)} ms an image, ${percents([cpu.loss])} % more in the median round (${percents(cpu.losses)})`,
    );
  }
  if (Number.isFinite(serving)) {
    const cores = availableParallelism();
    const share = percents([serving / (1000 * cores)]);
    lines.push(`threads that serve: ${serving.toFixed(1)} ms of CPU a second, ${share} % of ${cores} cores`);
  }
  return lines.join('\n');
}
