import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '@noisesmith/formats/node';
import { encodePng, pick } from '@noisesmith/runs';
import { UsageError } from '../errors';
import { readIfThere } from '../files';
import { listFolder, removeLeftovers } from '../run/storage';
import { difference } from './drawn-with';
import type { SampleJob, SampleStore } from './store';

/** Of a folder of samples: how they were drawn. Hidden, so that whoever reads the folder as a data set passes over it. */
export const STATE_FILE = '.samples.json';

const SEED_DIGITS = 6;

/** Path of each sample in the folder: its seed, in a folder per label. What `folder:PATH` reads as a labelled set. */
function pathsOf({ classes, draw }: SampleJob): string[] {
  const digits = String(Math.max(0, classes - 1)).length;
  return draw.seeds.map((seed, i) => {
    const label = draw.labels[i] ?? null;
    const name = `${String(seed).padStart(SEED_DIGITS, '0')}.png`;
    return label === null ? name : join(String(label).padStart(digits, '0'), name);
  });
}

async function storedState(out: string): Promise<unknown> {
  const bytes = await readIfThere(join(out, STATE_FILE));
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/**
 * A folder with one PNG per sample. Those that are there already stay, if they were drawn in the same way; so the folder
 * can be added to, by other seeds and labels too.
 * @throws UsageError for a folder whose samples were drawn otherwise, or that holds other files of the same names
 */
export async function openFolderStore(job: SampleJob): Promise<SampleStore> {
  const { drawnWith, out } = job;
  const paths = pathsOf(job);
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  const there = new Set<string>();
  for (const folder of folders) {
    for (const name of await listFolder(join(out, folder))) there.add(join(folder, name));
  }
  const state = await storedState(out);
  const taken = paths.find((path) => there.has(path));
  if (state === undefined && taken !== undefined) {
    throw new UsageError(
      `--out ${out}: ${taken} is there already, and no ${STATE_FILE} that says how it was drawn; use another folder`,
    );
  }
  const other = state === undefined ? undefined : difference(state, drawnWith);
  if (other !== undefined) {
    throw new UsageError(`--out ${out}: it holds samples, and ${other}; use another folder`);
  }
  const prepare = async (): Promise<void> => {
    for (const folder of folders) {
      await mkdir(join(out, folder), { recursive: true });
      await removeLeftovers(join(out, folder));
    }
    if (state === undefined) await writeFileAtomic(join(out, STATE_FILE), `${JSON.stringify(drawnWith, null, 2)}\n`);
  };
  let prepared: Promise<void> | undefined;
  return {
    place: out,
    missing: [...paths.keys()].filter((index) => !there.has(paths[index]!)),
    async put(indices, images) {
      const write = (index: number, i: number): Promise<void> =>
        writeFileAtomic(join(out, paths[index]!), encodePng(pick(images, [i])));
      // Only now: a command that fails before it has drawn anything leaves the folder as it was.
      prepared ??= prepare();
      await prepared;
      await Promise.all(indices.map(write));
    },
    finish: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
