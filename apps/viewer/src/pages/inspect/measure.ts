import { openDataset, placedFiles } from '@noisesmith/data';
import { arrayFileKind, blobSource } from '@noisesmith/formats';
import {
  aboutRows,
  datasetImages,
  type Evaluation,
  type EvaluationProgress,
  type EvaluationSide,
  evaluate,
  type FeatureNetwork,
  type InputResize,
  type MetricName,
  type NumberRow,
  numberRows,
  openFeatureNetwork,
  openSide,
  pairRows,
  pixelNetwork,
  readInceptionWeights,
  sideOfImages,
  someOfSide,
} from '@noisesmith/metrics';
import type { BackendChoice } from '@noisesmith/tensor';
import type { DroppedFile } from '../../ui/dropped-files';
import { openPageBackend, type PageBackend } from '../../worker/backend';
import type { Call } from '../../worker/calls';
import { droppedThings } from './dropped-things';
import type { SideFacts } from './metric-choice';

export type Role = 'samples' | 'reference';

export type NetworkChoice =
  | { readonly kind: 'pixels'; readonly side: number; readonly channels: 1 | 3 }
  | { readonly kind: 'inception'; readonly weights: File; readonly resize: InputResize };

export interface MeasureRequest {
  readonly metrics: readonly MetricName[];
  readonly network: NetworkChoice;
  readonly k: number;
  readonly seed: number;
  /** At most so many pictures of each side; 0: all. */
  readonly most: number;
  /** What is to compute, where a network does. */
  readonly backend: BackendChoice;
}

/** A result in the words that a terminal would use. */
export interface ResultRows {
  readonly about: readonly (readonly [name: string, value: string])[];
  readonly numbers: readonly NumberRow[];
  readonly pairs: readonly (readonly [sample: string, reference: string, distance: string])[];
}

export interface Measured {
  readonly found: Evaluation;
  readonly rows: ResultRows;
}

const sides = new Map<Role, EvaluationSide>();

function factsOf({ features, images, path, statistics }: EvaluationSide): SideFacts {
  if (images) return { path, kind: 'images', count: images.count, format: images.format };
  if (features) return { path, kind: 'features', count: features.count, format: 'features', size: features.size };
  const { count, mean } = statistics!.moments;
  return { path, kind: 'statistics', count, format: 'statistics', size: mean.length };
}

/** Pictures as they lie, in whatever folders; a file by what it holds. */
async function opened(given: readonly DroppedFile[]): Promise<EvaluationSide> {
  const { arrays, name, pictures } = droppedThings(given);
  const [file] = arrays;
  if (file === undefined) {
    const options = { folders: 'plain', cacheBytes: 0 } as const;
    return sideOfImages(name, datasetImages(await openDataset('folder:', options, placedFiles(pictures, name))));
  }
  if (arrays.length > 1)
    throw new Error(`${arrays.length} files of arrays; a set is one of them, or a folder of pictures`);
  const source = blobSource(file.file);
  if ((await arrayFileKind(source)) !== 'idx') return openSide(source, file.file.name);
  const spec = `idx:${file.file.name.replaceAll(',', '\\,')}`;
  const dataset = await openDataset(spec, { cacheBytes: 0 }, placedFiles([{ ...file, path: file.file.name }], ''));
  return sideOfImages(spec, datasetImages(dataset));
}

/** A network that is open, and what computes it, in words. */
interface OpenNetwork {
  readonly network: FeatureNetwork;
  readonly computedBy?: string;
}

async function openNetwork(
  choice: NetworkChoice,
  prefer: BackendChoice,
  tell: (progress: EvaluationProgress) => void,
): Promise<OpenNetwork> {
  if (choice.kind === 'pixels') return { network: await pixelNetwork(choice) };
  tell({ what: `reading ${choice.weights.name}`, done: 0, total: 1 });
  const weights = await readInceptionWeights(blobSource(choice.weights));
  let opened: PageBackend | undefined;
  try {
    opened = await openPageBackend(prefer);
    const { backend, words } = opened;
    const network = await openFeatureNetwork(backend, weights, {
      resize: choice.resize,
      onProgress: (done, total) => tell({ what: 'compiling kernels', done, total }),
    });
    const held = {
      ...network,
      [Symbol.dispose]() {
        network[Symbol.dispose]();
        backend.destroy();
      },
    };
    return { network: held, computedBy: words };
  } catch (error) {
    opened?.backend.destroy();
    throw error;
  }
}

export const measureHandlers = {
  async openSide({ files, role }: { role: Role; files: readonly DroppedFile[] }): Promise<SideFacts> {
    sides.delete(role);
    const side = await opened(files);
    sides.set(role, side);
    return factsOf(side);
  },

  closeSide(role: Role): void {
    sides.delete(role);
  },

  async measure(
    { backend, k, metrics, most, network: choice, seed }: MeasureRequest,
    { emit, signal }: Call,
  ): Promise<Measured> {
    let last = 0;
    const tell = (progress: EvaluationProgress): void => {
      signal.throwIfAborted();
      const time = performance.now();
      if (time - last < 50 && progress.done < progress.total) return;
      last = time;
      emit(progress);
    };
    const some = (role: Role): EvaluationSide | undefined => {
      const side = sides.get(role);
      return side && most > 0 ? someOfSide(side, most, seed) : side;
    };
    const [samples, reference] = [some('samples'), some('reference')];
    const needsNetwork = [samples, reference].some((side) => side?.images);
    const opened = needsNetwork ? await openNetwork(choice, backend, tell) : undefined;
    using network = opened?.network;
    const found = await evaluate(
      { ...(samples && { samples }), ...(reference && { reference }), ...(network && { network }) },
      { metrics, k, seed, signal, onProgress: tell },
    );
    const computed = opened?.computedBy === undefined ? [] : [['computed by', opened.computedBy] as const];
    const about = [...aboutRows(found), ...computed];
    return { found, rows: { about, numbers: numberRows(found), pairs: pairRows(found) } };
  },
};
