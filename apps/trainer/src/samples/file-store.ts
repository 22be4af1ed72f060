import { collectParts } from '@noisesmith/formats';
import { writeFileAtomic } from '@noisesmith/formats/node';
import { classGridPng, samplesNpzParts } from '@noisesmith/runs';
import { UsageError } from '../errors';
import { groupedNumber } from '../output';
import { PartFile, partPath } from './part-file';
import type { SampleJob, SampleStore } from './store';

/** Bytes of the samples in one grid, which is made in memory. */
const LARGEST_GRID = 2 ** 28;

/** Samples in one grid: more are no picture to look at. */
const MOST_IN_GRID = 10_000;

/** @throws UsageError for more samples than fit into a picture */
export function checkGrid({ draw, out, shape }: Pick<SampleJob, 'draw' | 'out' | 'shape'>): void {
  const [height, width, channels] = shape;
  const most = Math.min(MOST_IN_GRID, Math.floor(LARGEST_GRID / (height * width * channels)));
  const count = draw.seeds.length;
  if (count <= most) return;
  throw new UsageError(
    `--out ${out}: ${groupedNumber(count)} samples are too many for one picture, which holds at most ${groupedNumber(most)} of ${height}x${width}; use .npz or a folder`,
  );
}

function writeNpzFile({ classNames, draw, out, shape }: SampleJob, part: PartFile): Promise<void> {
  return writeFileAtomic(out, samplesNpzParts(shape, draw.labels, classNames, part.pixels()));
}

async function writeGrid({ draw, out, shape }: SampleJob, part: PartFile): Promise<void> {
  const [height, width, channels] = shape;
  const data = await collectParts(part.pixels());
  await writeFileAtomic(out, classGridPng({ count: draw.seeds.length, height, width, channels, data }, draw.labels));
}

/**
 * An npz file, or a grid of samples as PNG. Until all samples are there they lie in a part file beside it.
 * @throws UsageError for too many samples for a grid, or a part file of another command
 */
export async function openFileStore(job: SampleJob, format: 'png' | 'npz'): Promise<SampleStore> {
  if (format === 'png') checkGrid(job);
  const part = await PartFile.open(job);
  return {
    place: partPath(job.out),
    missing: Array.from({ length: job.draw.seeds.length - part.done }, (_, i) => part.done + i),
    put: (_, images) => part.append(images.data),
    async finish() {
      await (format === 'png' ? writeGrid(job, part) : writeNpzFile(job, part));
      await part.remove();
    },
    [Symbol.asyncDispose]: () => part[Symbol.asyncDispose](),
  };
}
