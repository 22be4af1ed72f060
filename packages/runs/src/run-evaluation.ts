import type { FloatImage, ImageDataset } from '@noisesmith/data';
import { bytesSource } from '@noisesmith/formats';
import {
  checkMadeAlike,
  collectFeatures,
  computeAsync,
  datasetImages,
  type FeatureNetwork,
  frechetTask,
  type ImageSet,
  MetricError,
  type Moments,
  pixelNetwork,
  readStatistics,
  statisticsParts,
} from '@noisesmith/metrics';
import { SettingError } from '@noisesmith/training';
import type { RunConfig } from './config';
import type { RunEventHandler } from './events';
import type { Images } from './grid';
import { type RunFiles, readText } from './run-files';
import { runFileNames } from './run-state';

/** Sides up to which `pixels` compares images as they are. */
const MOST_PIXELS = 16;

export interface RunEvaluationOptions {
  readonly config: RunConfig;
  readonly dataset: ImageDataset;
  readonly files: RunFiles | undefined;
  /** The network that `output.evalNetwork` names, unless it is `pixels`. */
  readonly network: FeatureNetwork | undefined;
  /** Whether the data are those that the run began with, so that what is known of them holds. */
  readonly sameData: boolean;
}

export interface Listener {
  readonly emit: RunEventHandler;
  readonly signal?: AbortSignal;
}

/** The network whose features a run compares. @throws SettingError where it has not been given */
function networkOf({ config, network }: RunEvaluationOptions): Promise<FeatureNetwork> {
  const { data, output } = config;
  if (output.evalNetwork === 'pixels') {
    return pixelNetwork({ side: Math.min(MOST_PIXELS, data.size), channels: data.channels });
  }
  if (network) return Promise.resolve(network);
  throw new SettingError(
    'output.evalNetwork',
    `output.evalNetwork is ${JSON.stringify(output.evalNetwork)}, but no such network was opened; expected pixels`,
  );
}

/** Samples as they are drawn, as a set of images that is gone through once. */
function drawnSet(count: number, batches: AsyncIterable<Images>): Pick<ImageSet, 'count' | 'images'> {
  return {
    count,
    async *images(prepare) {
      for await (const { channels, count: drawn, data, height, width } of batches) {
        const size = height * width * channels;
        for (let i = 0; i < drawn; i++) {
          const pixels = Float32Array.from(data.subarray(i * size, (i + 1) * size), (value) => value / 255);
          yield prepare({ width, height, channels, data: pixels } as FloatImage);
        }
      }
    },
  };
}

/** How near the samples of a run come to its data, measured while it trains. */
export class RunEvaluation {
  private network: Promise<FeatureNetwork> | undefined;
  private reference: Promise<Moments> | undefined;
  /** The step that was measured last, and what was found. */
  private last: { readonly step: number; readonly frechet: number } | undefined;

  /** @throws SettingError for a network that is not there */
  constructor(private readonly options: RunEvaluationOptions) {
    if (options.config.output.evalEvery > 0) this.network = networkOf(options);
  }

  /** What was measured after this step in this process, as it stands in a line of statistics. */
  after(step: number): { readonly frechet: number } | undefined {
    return this.last?.step === step ? { frechet: this.last.frechet } : undefined;
  }

  /** Whether the files hold what was measured after this step, so that it need not be measured again. */
  async isKnown(step: number): Promise<boolean> {
    const { files } = this.options;
    if (this.last?.step === step) return true;
    const text = files && (await readText(files, runFileNames.statistics));
    return (text ?? '').split('\n').some((line) => {
      if (!line.includes('"frechet"')) return false;
      const found = JSON.parse(line) as { readonly step?: number; readonly frechet?: number };
      return found.step === step && typeof found.frechet === 'number';
    });
  }

  /**
   * Measures samples after a step, and tells it.
   * @param draw draws `count` samples of the moving average
   * @throws the signal's reason once it is aborted
   */
  async measure(step: number, draw: (count: number) => AsyncIterable<Images>, listener: Listener): Promise<number> {
    const { emit, signal } = listener;
    const network = await this.network!;
    const reference = await this.referenceMoments(network, listener);
    const { evalN } = this.options.config.output;
    const samples = drawnSet(evalN, draw(evalN));
    const stopping = { ...(signal && { signal }) };
    const { pool } = await collectFeatures(samples, network, stopping);
    const frechet = await computeAsync(frechetTask(await pool.whole.moments(stopping), reference), stopping);
    this.last = { step, frechet };
    await emit({ type: 'evaluation', step, frechet, samples: evalN, network: network.name });
    return frechet;
  }

  /** Of the data as it is trained on, without mirroring: from the files, or from all images, once. */
  private referenceMoments(network: FeatureNetwork, listener: Listener): Promise<Moments> {
    this.reference ??= this.findReference(network, listener).catch((error: unknown) => {
      this.reference = undefined;
      throw error;
    });
    return this.reference;
  }

  private async findReference(network: FeatureNetwork, { emit, signal }: Listener): Promise<Moments> {
    const { dataset, files, sameData } = this.options;
    const made = { network: network.name, digest: network.digest, resize: network.resize };
    const kept = sameData ? await files?.read(runFileNames.reference) : undefined;
    if (kept) {
      try {
        const found = await readStatistics(bytesSource(kept, runFileNames.reference));
        checkMadeAlike(found, made, runFileNames.reference, network.name);
        if (found.moments.mean.length === network.featureSize) return found.moments;
      } catch (error) {
        // Of another network, or damaged: it is made again.
        if (!(error instanceof MetricError) && (error as Error).name !== 'FormatError') throw error;
      }
    }
    const stopping = { ...(signal && { signal }) };
    const { pool } = await collectFeatures(datasetImages(dataset, { as: 'prepared' }), network, {
      ...stopping,
      onProgress: (done, total) => void emit({ type: 'reference', done, total }),
    });
    const moments = await pool.whole.moments(stopping);
    await files?.write(runFileNames.reference, statisticsParts({ moments, ...made }));
    return moments;
  }
}
