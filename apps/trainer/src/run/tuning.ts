import { chooseTuning, keptTuning, type RunTuning, type TuningSource, tuningSources } from '@noisesmith/runs';
import { type Target, type TuningStore, tuningKey } from '@noisesmith/tensor';
import { UsageError } from '../errors';
import type { Arguments, Flags } from '../flags';
import { RunFolder } from './run-folder';

export const tuningFlag: Flags = {
  tuning: {
    value: tuningSources.join('|'),
    help: 'kernels as tune chose them (used if it was run), as they come with noisesmith, or by rule',
  },
};

/**
 * The value of `--tuning`.
 * @throws UsageError for a source that does not exist
 */
export function askedTuning(args: Arguments): TuningSource | undefined {
  const text = args.text('tuning');
  const found = tuningSources.find((source) => source === text);
  if (text === undefined || found) return found;
  throw new UsageError(`--tuning ${text} is not possible; expected one of ${tuningSources.join(', ')}`);
}

export interface TuningRequest {
  /** The run folder, and whether it already holds a run. */
  readonly folder: string;
  readonly started: boolean;
  readonly asked: TuningSource | undefined;
  readonly target: Target;
  readonly store: TuningStore;
  readonly warn: (message: string) => void;
}

/**
 * The choices of a run: a new one's from `--tuning`, those that it began with for one that is gone on with.
 * @throws UsageError when others are asked for than those that the run began with
 */
export async function tuningOfRun({ asked, folder, started, store, target, warn }: TuningRequest): Promise<RunTuning> {
  if (!started) return chooseTuning(target, asked, store);
  const kept = await keptTuning(new RunFolder(folder), target);
  if (asked !== undefined && asked !== kept.source) {
    throw new UsageError(
      `the run in ${folder} began with --tuning ${kept.source}, but ${asked} is asked for; use another --out, or leave it out to go on`,
    );
  }
  if (kept.table.key !== tuningKey(target)) {
    warn(
      `the run began on ${kept.table.key}, and goes on on ${tuningKey(target)}: results differ in their last digits`,
    );
  }
  return kept;
}
