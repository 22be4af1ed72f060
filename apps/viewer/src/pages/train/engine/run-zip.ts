import { FormatError } from '@noisesmith/formats';
import { type RunFiles, runFileNames, storedConfig } from '@noisesmith/runs';
import { listCheckpoints, SettingError } from '@noisesmith/training';
import { unzipSync, type Zippable, zipSync } from 'fflate';
import { ABOUT_FILE } from '../../../state/kept-runs';
import { DATA_FILE } from './run-settings';

/** The points that a run of points was given, [x0, y0, …] as JSON. */
export const POINTS_FILE = 'points.json';

const wholeFiles = [...Object.values(runFileNames), ABOUT_FILE, DATA_FILE, POINTS_FILE];
const CHECKPOINT = /^checkpoints\/(checkpoint-\d{9}\.safetensors)$/;
const GRID = /^grids\/\d{6,}\.png$/;

/** Bytes that an archive may unfold into: more would be no run of a page. */
const MOST_BYTES = 2 ** 31;

/**
 * A run folder as `noisesmith train` has it, with the newest checkpoint and the data.
 * @param grids names of grids to take along, such as `grids/000200.png`
 */
export async function zipRun(files: RunFiles, grids: readonly string[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const content: Zippable = {};
  for (const name of [...wholeFiles, ...grids]) {
    const bytes = await files.read(name);
    if (bytes) content[name] = bytes;
  }
  const [newest] = await listCheckpoints(files.checkpoints);
  if (newest) {
    await using source = await files.checkpoints.open(newest.name);
    content[`checkpoints/${newest.name}`] = await source.read(0, source.size);
  }
  // Weights are as good as random: packing them would take time and save nothing.
  return zipSync(content, { level: 0 }) as Uint8Array<ArrayBuffer>;
}

/** What lies in an archive, without the one folder that all of it may lie in. */
function unpacked(bytes: Uint8Array, name: string): Map<string, Uint8Array> {
  let total = 0;
  let found: Record<string, Uint8Array>;
  try {
    found = unzipSync(bytes, {
      filter: ({ name: path, originalSize }) => {
        if (path.endsWith('/')) return false;
        total += originalSize;
        if (total > MOST_BYTES) throw new RangeError(`it holds more than ${MOST_BYTES} bytes`);
        return true;
      },
    });
  } catch (error) {
    throw new FormatError(`${name}: no zip archive of a run: ${(error as Error).message}`);
  }
  const paths = Object.keys(found);
  const config = paths.find((path) => path === 'config.json' || path.endsWith('/config.json'));
  const root = config?.slice(0, -'config.json'.length) ?? '';
  return new Map(paths.filter((path) => path.startsWith(root)).map((path) => [path.slice(root.length), found[path]!]));
}

/**
 * Puts a run that was exported here, or the zipped run folder of `noisesmith train`, into empty files. Files that are no
 * part of a run are left out.
 * @throws FormatError or SettingError, one line, for an archive that is damaged or holds no run to go on with
 */
export async function unzipRun(bytes: Uint8Array, name: string, files: RunFiles): Promise<void> {
  let checkpoints = 0;
  for (const [path, content] of unpacked(bytes, name)) {
    const copy = new Uint8Array(content);
    const checkpoint = CHECKPOINT.exec(path)?.[1];
    if (checkpoint !== undefined) {
      checkpoints += 1;
      await files.checkpoints.writeAtomic(checkpoint, parts(copy));
    } else if (wholeFiles.includes(path) || GRID.test(path)) {
      await files.write(path, copy);
    }
  }
  if (checkpoints === 0) throw new FormatError(`${name}: no checkpoint in it; expected the zipped folder of a run`);
  if (await files.has(POINTS_FILE)) return;
  try {
    await storedConfig(files);
  } catch (error) {
    throw error instanceof SettingError ? new FormatError(`${name}: ${error.message}`) : error;
  }
}

async function* parts(bytes: Uint8Array<ArrayBuffer>): AsyncIterable<Uint8Array<ArrayBuffer>> {
  yield bytes;
}
