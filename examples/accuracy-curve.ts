/**
 * How often a classifier gives samples to their class, and how far what it sees of them is from what it sees of MNIST
 * (Fréchet distance), against the images that training had seen: samples are drawn from every checkpoint of one or more runs
 * and judged.
 *
 *     node --conditions=@noisesmith/source --import tsx examples/accuracy-curve.ts --weights digits.safetensors \
 *       --out curve.svg runs/mnist
 *
 * Keep the checkpoints: `noisesmith train --checkpoint-every 1000 --keep 1000`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { RunConfig } from '@noisesmith/runs';
import { curveSvg, type Point, type Series } from './accuracy-curve/svg';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const node = ['--conditions=@noisesmith/source', '--import', 'tsx'];

type Judged = Pick<Point, 'accuracy' | 'frechet'>;

async function judge(
  checkpoint: string,
  size: number,
  weights: string,
  samples: number,
  folder: string,
): Promise<Judged> {
  const npz = join(folder, 'samples.npz');
  const cli = join(here, '../apps/trainer/src/main.ts');
  const sampling = ['sample', '--checkpoint', checkpoint, '--n', String(samples), '--labels', 'all', '--out', npz];
  await run(process.execPath, [...node, cli, ...sampling]);
  const judging = ['--size', String(size), '--weights', weights, '--samples', npz, '--json'];
  const { stdout } = await run(process.execPath, [...node, join(here, 'mnist-classifier.ts'), ...judging]);
  const { accuracy, frechet } = (JSON.parse(stdout) as { samples: { accuracy: number; frechet: { samples: number } } })
    .samples;
  return { accuracy, frechet: frechet.samples };
}

async function seriesOf(runFolder: string, weights: string, samples: number, folder: string): Promise<Series> {
  const config = JSON.parse(await readFile(join(runFolder, 'config.json'), 'utf8')) as Pick<
    RunConfig,
    'data' | 'train'
  >;
  const checkpoints = (await readdir(join(runFolder, 'checkpoints'))).filter((name) => name.endsWith('.safetensors'));
  const points: Point[] = [];
  for (const name of checkpoints.sort()) {
    const images = Number(/\d+/.exec(name)![0]) * config.train.batch;
    const judged = await judge(join(runFolder, 'checkpoints', name), config.data.size, weights, samples, folder);
    const { accuracy, frechet } = judged;
    const found = `${(100 * accuracy).toFixed(1)} %, Fréchet distance ${frechet.toFixed(3)}`;
    console.error(`accuracy-curve: ${basename(runFolder)}, ${images} images: ${found}`);
    points.push({ images, ...judged });
  }
  return { name: basename(runFolder), points };
}

const { values, positionals } = parseArgs({
  options: {
    weights: { type: 'string' },
    out: { type: 'string' },
    n: { type: 'string', default: '500' },
  },
  allowPositionals: true,
});
if (!values.weights || !values.out || positionals.length === 0) {
  console.error('usage: accuracy-curve --weights FILE --out FILE.svg [--n SAMPLES] RUN_FOLDER...');
  process.exit(2);
}
const scratch = await mkdtemp(join(tmpdir(), 'accuracy-curve-'));
try {
  const series: Series[] = [];
  for (const folder of positionals) series.push(await seriesOf(folder, values.weights, Number(values.n), scratch));
  await writeFile(values.out, curveSvg(series));
  console.log(JSON.stringify(series));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
