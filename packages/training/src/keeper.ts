import type { Denoiser } from '@noisesmith/diffusion';
import { canonicalJson } from './canonical-json';
import { checkState, encodeCheckpoint, type TrainState } from './checkpoint';
import { type Candidates, checkpointName, findCheckpoints, listCheckpoints, pruneCheckpoints } from './checkpoints';
import type { TrainConfig } from './config';
import type { TrainEngine } from './engine';
import { CheckpointError, SettingError } from './errors';
import { type CheckpointStorage, memoryStorage } from './storage';

export interface KeeperOptions {
  readonly denoiser: Denoiser;
  readonly config: TrainConfig;
  /** Where the run keeps its checkpoints. */
  readonly storage?: CheckpointStorage;
  /** Checkpoints that are kept. Default 3; and the newest, as long as no step has been computed from it. */
  readonly keep?: number;
  /**
   * 'auto' (default): go on from the newest whole checkpoint of the storage, if there is one. 'none': start anew; the
   * storage must be empty. Or another storage, whose newest whole checkpoint a new run starts from; once the run has
   * checkpoints of its own, it goes on from those.
   */
  readonly resume?: 'auto' | 'none' | CheckpointStorage;
  /** Written into every file, e.g. the description of the network. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A checkpoint that was written. */
export interface Kept {
  readonly name: string;
  readonly step: number;
  readonly bytes: number;
}

/**
 * Keeps the states of a run, and puts back the last good one. A state is good when its numbers are, and proven when the
 * loss of the step computed from it is finite; nothing is removed for a state that is not proven.
 */
export class Keeper {
  /** Steps of the newest state that is kept. */
  private newest: number | undefined;
  private proven = false;

  private constructor(
    private readonly options: KeeperOptions,
    private readonly storage: CheckpointStorage | undefined,
    /** What the run begins with; undefined: fresh weights. */
    private readonly start: Candidates | undefined,
    /** Whether that is in the storage of the run. */
    private readonly startIsKept: boolean,
    private readonly warn: (message: string) => void,
  ) {}

  /**
   * @param lossy whether a device may be lost and opened again, so that states are kept in memory if there is no storage
   * @throws CheckpointError when there are checkpoints but none fits; SettingError when nothing is left to train
   */
  static async open(options: KeeperOptions, lossy: boolean, warn: (message: string) => void): Promise<Keeper> {
    const { config, denoiser, resume = 'auto', storage } = options;
    const [own] = storage ? await listCheckpoints(storage) : [];
    if (own && resume === 'none') {
      const mend = 'resume it or choose an empty storage';
      throw new CheckpointError(`a new run, but the storage holds ${own.name}; ${mend}`);
    }
    const source = own ? storage : typeof resume === 'object' ? resume : undefined;
    const start = source && (await findCheckpoints(source, { layout: denoiser.layout, warn }));
    if (source && !start) throw new CheckpointError('there are no checkpoints to start from');
    if (start && start.step > config.steps) {
      throw new SettingError(
        'train.steps',
        `train.steps is ${config.steps}, but the state to go on from has done ${start.step} steps; expected more than ${start.step}`,
      );
    }
    return new Keeper(options, storage ?? (lossy ? memoryStorage() : undefined), start, own !== undefined, warn);
  }

  /** Puts the last good state, or that of the start, on a device. @returns the steps it has done */
  async restore(engine: TrainEngine): Promise<number> {
    const { denoiser } = this.options;
    const again = this.newest !== undefined;
    const found =
      again && this.storage
        ? await findCheckpoints(this.storage, { layout: denoiser.layout, warn: this.warn, upTo: this.newest! })
        : this.start;
    if (!found) {
      await engine.initialize();
      return 0;
    }
    const head = await found.load((name, from, values) => engine.load(name, values, from));
    if (!again) this.tellChanges(head.config, head.step);
    if (again || this.startIsKept) this.newest = head.step;
    return head.step;
  }

  /**
   * Keeps the state as it is on the device, unless it is kept already.
   *
   * @returns what was written into the storage of the run
   * @throws TrainingError when its numbers are no good: nothing is kept then, and nothing removed
   */
  async keep(engine: TrainEngine, step: number): Promise<Kept | undefined> {
    const { denoiser, metadata, storage: given } = this.options;
    if (!this.storage || this.newest === step) return undefined;
    let bytes = 0;
    const counted = async function* (state: TrainState) {
      for await (const part of encodeCheckpoint(state, denoiser.layout, metadata)) {
        bytes += part.length;
        yield part;
      }
    };
    const name = checkpointName(step);
    await this.storage.writeAtomic(name, counted(this.stateOf(engine, step)));
    this.newest = step;
    this.proven = false;
    await this.prune(1);
    return given && { name, step, bytes };
  }

  /** As `keep`, for the end of a run, whose state no step will prove. Without a storage it is looked at all the same. */
  async keepLast(engine: TrainEngine, step: number, isDone: boolean): Promise<Kept | undefined> {
    const kept = await this.keep(engine, step);
    if (!this.storage) await checkState(this.stateOf(engine, step), this.options.denoiser.layout);
    if (isDone) await this.prune(0);
    return kept;
  }

  /** The loss of a step, counted from 0, is finite. */
  async prove(step: number): Promise<void> {
    if (this.proven || this.newest === undefined || step < this.newest) return;
    this.proven = true;
    await this.prune(0);
  }

  /**
   * The loss of a step is not finite, and its data are not the cause. If the newest state is the one it was computed from,
   * that state goes, so that the next run goes on from the one before it; where there is none before it, it stays.
   */
  async condemn(step: number): Promise<void> {
    if (this.proven || this.newest !== step || !this.storage) return;
    const [before] = (await listCheckpoints(this.storage)).filter((entry) => entry.step < step);
    if (!before) return;
    await this.storage.remove(checkpointName(step));
    this.newest = before.step;
  }

  /** A clause for messages: where the run can go on from. */
  get lastGood(): string {
    const kept = this.options.storage && this.newest !== undefined;
    return kept ? `the last good checkpoint is that of step ${this.newest}` : 'no checkpoint was kept';
  }

  private stateOf(engine: TrainEngine, step: number): TrainState {
    const { config } = this.options;
    return { step, config, read: (name, from, count) => engine.read(name, from, count) };
  }

  private async prune(more: number): Promise<void> {
    const { keep = 3, storage } = this.options;
    if (!this.storage || this.newest === undefined) return;
    await pruneCheckpoints(this.storage, this.newest, (storage ? keep : 1) + more);
  }

  /** The configuration of a run that goes on may differ from that of the state. */
  private tellChanges(stored: TrainConfig, step: number): void {
    const { config } = this.options;
    const names = Object.keys(config) as (keyof TrainConfig)[];
    const changed = names.filter((name) => canonicalJson(stored[name]) !== canonicalJson(config[name]));
    if (changed.length === 0) return;
    this.warn(`resuming at step ${step} with other values of ${changed.map((name) => `train.${name}`).join(', ')}`);
  }
}
