import { MetricError } from '../errors';
import { expectedBiasTask } from '../expected-bias';
import type { FeatureNetwork } from '../feature-network';
import { type FrechetInfinity, frechetInfinityTask } from '../frechet-infinity';
import { memorisationTask } from '../memorisation';
import { mindBiasTask } from '../mind-bias';
import type { FeatureSet, Moments } from '../moments';
import { checkMadeAlike } from '../statistics-file';
import { computeAsync, type Task } from '../task';
import { checkInput, madeByNetwork, madeOf, ofVectors } from './check';
import { FeatureCloud } from './cloud';
import { type Collected, collected, collectFeatures } from './collect';
import { type NumberOptions, type NumberWork, numbersOf, repeatedNumbers, type SideFeatures } from './numbers';
import type { Evaluation, MeasuredSet, MemorisationResult, MetricName } from './result';
import type { EvaluationSide } from './side';

/** What is compared, and by which network. */
export interface EvaluationInput {
  /** May be left out where logits alone are scored. */
  readonly samples?: EvaluationSide;
  readonly reference?: EvaluationSide;
  /** Images that were not trained on, for memorisation. */
  readonly heldOut?: EvaluationSide;
  /** Makes features of images; not needed where both sides are features or statistics. */
  readonly network?: FeatureNetwork;
  /** Logits of the samples [n, classes], in place of what the network says of them. */
  readonly logits?: FeatureSet;
}

export interface EvaluationProgress {
  /** Such as `features of PATH` or `fid`. */
  readonly what: string;
  readonly done: number;
  /** 1 for a share. */
  readonly total: number;
}

export interface EvaluationOptions extends NumberOptions {
  readonly metrics: readonly MetricName[];
  /** In so many random parts the samples are measured too. Default 1: not. */
  readonly repeats?: number;
  /** Closest pairs that memorisation lists. Default 16. */
  readonly pairs?: number;
  /** Its reason is thrown when it is aborted. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/** Fewer images than so many for each feature bring a bias that has to be told. */
const FEW_PER_FEATURE = 10;

/** MIND of so many samples ranks networks as their FID of 50000 does (arXiv:2605.06797); of fewer its bias has to be told. */
const FEW_FOR_MIND = 5000;

/** A side with its features, and the images that the rows are of. */
interface Prepared extends SideFeatures {
  readonly count: number | undefined;
  readonly indices?: readonly number[];
}

class Evaluator {
  private readonly metrics: ReadonlySet<MetricName>;
  private readonly seed: number;
  private readonly repeats: number;
  private readonly warnings: string[] = [];

  constructor(
    private readonly input: EvaluationInput,
    private readonly options: EvaluationOptions,
  ) {
    this.metrics = new Set(options.metrics);
    this.seed = options.seed ?? 0;
    this.repeats = options.repeats ?? 1;
  }

  async run(): Promise<Evaluation> {
    const { heldOut, logits, network, reference, samples } = this.input;
    if (network?.caveat !== undefined) this.warnings.push(`${network.name}: ${network.caveat}`);
    const fromLogits = logits && collected(logits, this.repeats, this.seed);
    const prepared: Prepared = samples
      ? { ...(await this.prepare(samples, 'samples')), ...(fromLogits && { logits: fromLogits }) }
      : { path: 'logits', count: logits!.count, ...(fromLogits && { logits: fromLogits }) };
    const ofReference = reference && (await this.prepare(reference, 'reference'));
    const ofHeldOut = heldOut && this.metrics.has('memorisation') ? await this.prepare(heldOut, 'held-out') : undefined;

    const work: NumberWork = {
      ...this.options,
      metrics: this.metrics,
      logitBias: logits ? undefined : network?.logitBias,
      onShare: (what, share) => this.tell(what, share, 1),
    };
    const numbers = await numbersOf(prepared, ofReference, undefined, work);
    const fidInfinity = this.metrics.has('fid-infinity') ? await this.infinity(prepared, ofReference!) : undefined;
    const memorisation = this.metrics.has('memorisation')
      ? await this.memorisation(prepared, ofReference!, ofHeldOut)
      : undefined;
    const repeated = this.repeats > 1 ? await this.repeated(prepared, ofReference, work) : undefined;
    if (this.metrics.has('fid')) await this.tellBias(prepared, ofReference!);
    if (this.metrics.has('mind')) await this.tellMindBias(prepared, ofReference!);

    const made = network ? madeByNetwork(network) : this.madeByFiles();
    return {
      samples: describe(samples ?? { path: 'logits' }, prepared),
      ...(reference && { reference: describe(reference, ofReference!) }),
      ...(heldOut && ofHeldOut && { heldOut: describe(heldOut, ofHeldOut) }),
      network: made.network ?? null,
      weights: made.digest ?? null,
      resize: made.resize ?? null,
      ...numbers,
      ...(fidInfinity && { fidInfinity }),
      ...(memorisation && { memorisation }),
      seed: this.seed,
      ...(repeated && { repeats: repeated }),
      warnings: this.warnings,
    };
  }

  private madeByFiles() {
    const statistics = this.input.reference?.statistics ?? this.input.samples?.statistics;
    return statistics ? madeOf(statistics) : {};
  }

  private tell(what: string, done: number, total: number): void {
    this.options.onProgress?.({ what, done, total });
  }

  private compute<T>(what: string, task: Task<T>): Promise<T> {
    const { signal } = this.options;
    return computeAsync(task, { ...(signal && { signal }), onProgress: (share) => this.tell(what, share, 1) });
  }

  /** Statistics of a side with images too, where they were made by the network that looks at the images. */
  private statisticsBeside({ images, path, statistics }: EvaluationSide) {
    const { network } = this.input;
    if (statistics === undefined || images === undefined || network === undefined) return statistics;
    try {
      checkMadeAlike(madeOf(statistics), madeByNetwork(network), path, 'the images');
      return statistics;
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      this.warnings.push(`${path}: its statistics are not used: ${error.message}`);
      return undefined;
    }
  }

  /** @param role 'samples' are cut into parts; of the others only what the metrics need is made */
  private async prepare(side: EvaluationSide, role: 'samples' | 'reference' | 'held-out'): Promise<Prepared> {
    const { metrics } = this;
    const { features, images, path } = side;
    const parts = role === 'samples' ? this.repeats : 1;
    const statistics = role === 'samples' && images ? undefined : this.statisticsBeside(side);
    if (statistics !== undefined && statistics.resize === undefined && this.input.network !== undefined) {
      this.warnings.push(
        `${path}: its statistics do not say how images were resized; taken to be ${this.input.network.resize}`,
      );
    }
    const asMoments = (moments: Moments): Collected => ({ whole: FeatureCloud.ofMoments(moments), parts: [] });
    const spatial = statistics?.spatial && asMoments(statistics.spatial);
    const given = statistics && FeatureCloud.ofMoments(statistics.moments);
    if (features !== undefined) return { path, count: features.count, pool: collected(features, parts, this.seed) };
    if (images === undefined || !this.needsImages(role, statistics !== undefined, spatial !== undefined)) {
      const count = images?.count ?? given!.count;
      return { path, count, pool: { whole: given!, parts: [] }, ...(spatial && { spatial }) };
    }
    this.warnings.push(...images.warnings);
    const made = await collectFeatures(images, this.input.network!, {
      keep: this.needsVectors(role),
      parts,
      seed: this.seed,
      signal: this.options.signal,
      request: {
        spatial: metrics.has('sfid') && spatial === undefined && role !== 'held-out',
        logits: metrics.has('is') && this.input.logits === undefined && role === 'samples',
      },
      onProgress: (done, total) => this.tell(`features of ${path}`, done, total),
      onBroken: ({ name, reason }) => this.warnings.push(`${name}: ${reason}; left out`),
    });
    return {
      path,
      count: made.count,
      indices: made.indices,
      pool: made.pool,
      ...(given && { moments: given }),
      ...((spatial ?? made.spatial) && { spatial: (spatial ?? made.spatial)! }),
      ...(made.logits && { logits: made.logits }),
    };
  }

  private needsVectors(role: string): boolean {
    const { metrics } = this;
    if (ofVectors.some((name) => metrics.has(name))) return true;
    return role === 'samples' && metrics.has('fid-infinity');
  }

  private needsImages(role: string, hasStatistics: boolean, hasSpatial: boolean): boolean {
    const { metrics } = this;
    if (role !== 'reference' || !hasStatistics || this.needsVectors(role)) return true;
    return metrics.has('sfid') && !hasSpatial;
  }

  private async infinity(samples: Prepared, reference: Prepared): Promise<FrechetInfinity> {
    const cloud = reference.moments ?? reference.pool!.whole;
    const few = cloud.set !== undefined && cloud.set.count < cloud.size;
    const { signal } = this.options;
    const to = few ? cloud.set! : await cloud.moments({ ...(signal && { signal }) });
    const vectors = samples.pool!.whole.vectors('fid-infinity', samples.path);
    return this.compute('fid-infinity', frechetInfinityTask(vectors, to, { seed: this.seed }));
  }

  private async memorisation(
    samples: Prepared,
    reference: Prepared,
    heldOut: Prepared | undefined,
  ): Promise<MemorisationResult> {
    const vectors = (side: Prepared): FeatureSet => side.pool!.whole.vectors('memorisation', side.path);
    const found = await this.compute(
      'memorisation',
      memorisationTask(vectors(samples), vectors(reference), {
        ...(heldOut && { heldOut: vectors(heldOut) }),
        pairs: Math.min(this.options.pairs ?? 16, vectors(samples).count),
      }),
    );
    const imageOf = ({ indices }: Prepared, row: number): number => indices?.[row] ?? row;
    const nameOf = ({ images, path }: EvaluationSide, index: number): string =>
      images?.describe(index) ?? `${path}: row ${index}`;
    return {
      ...found,
      closest: found.closest.map((pair) => {
        const sample = imageOf(samples, pair.sample);
        const image = imageOf(reference, pair.reference);
        const sampleName = nameOf(this.input.samples!, sample);
        const referenceName = nameOf(this.input.reference!, image);
        return { sample, sampleName, reference: image, referenceName, distance: pair.distance };
      }),
    };
  }

  private async repeated(samples: Prepared, reference: Prepared | undefined, work: NumberWork) {
    const all = [];
    for (let part = 0; part < this.repeats; part++) {
      const onShare = (what: string, share: number): void =>
        this.tell(`part ${part + 1} of ${this.repeats}: ${what}`, share, 1);
      all.push(await numbersOf(samples, reference, part, { ...work, onShare }));
    }
    return repeatedNumbers(all, Math.floor((samples.count ?? 0) / this.repeats));
  }

  /** With few images the distance of perfect samples is far from zero, and people take it for a bad network. */
  private async tellBias(samples: Prepared, reference: Prepared): Promise<void> {
    const cloud = reference.moments ?? reference.pool!.whole;
    const few = FEW_PER_FEATURE * cloud.size;
    const counts = [samples.count, cloud.count];
    const small = counts.filter((count) => count !== undefined).filter((count) => count < few);
    if (small.length === 0) return;
    const { signal } = this.options;
    const moments = await cloud.moments({ ...(signal && { signal }) });
    let bias = 0;
    for (const count of small) {
      bias += await this.compute('bias', expectedBiasTask(moments, count, { seed: this.seed }));
    }
    const [n, m] = counts;
    this.warnings.push(
      `fid: ${n} samples and ${m ?? 'unknown many'} of the reference are few for ${cloud.size} features (below ${few}): even perfect samples would score about ${bias.toPrecision(2)}; compare only with numbers of as many images`,
    );
  }

  /** As {@link tellBias}: MIND of few samples is small, but not nothing. */
  private async tellMindBias(samples: Prepared, reference: Prepared): Promise<void> {
    const vectors = reference.pool!.whole.vectors('mind', reference.path);
    const count = samples.pool!.whole.vectors('mind', samples.path).count;
    if (Math.min(count, vectors.count) >= FEW_FOR_MIND) return;
    const bias = await this.compute('bias', mindBiasTask(vectors, count, { seed: this.seed }));
    this.warnings.push(
      `mind: ${count} samples and ${vectors.count} of the reference are few (below ${FEW_FOR_MIND}): even perfect samples would score about ${bias.toPrecision(2)}; compare only with numbers of as many images`,
    );
  }
}

function describe(
  { features, images, path }: Partial<EvaluationSide> & { path: string },
  prepared: Prepared,
): MeasuredSet {
  const format = images?.format ?? (path === 'logits' ? 'logits' : features ? 'features' : 'statistics');
  const { count } = prepared;
  return {
    path,
    count: count ?? null,
    format,
    ...(images?.fingerprint !== undefined && { fingerprint: images.fingerprint }),
  };
}

/**
 * Measures samples against a reference: images become features, features and statistics become numbers.
 * @throws MetricError, DataError or FormatError, in one line, for what cannot be measured or compared; the signal's reason
 */
export async function evaluate(input: EvaluationInput, options: EvaluationOptions): Promise<Evaluation> {
  checkInput(input, options.metrics, options.repeats ?? 1);
  return await new Evaluator(input, options).run();
}
