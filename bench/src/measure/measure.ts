import { tensorNamed, under } from '../host-tensor';
import { type FeaturesJob, jobName, type StreamJob } from '../job';
import type { JobData } from '../job-file';
import { timedInputScale, timedOptimizer } from '../optimizer-settings';
import type { Peer, Prepared } from '../peer';
import type { Measurement } from '../protocol';
import { summarise } from '../statistics';
import { batchesOf } from '../train-data';
import { resultErrors } from '../verify/results';
import { trainErrors } from '../verify/train-step';
import { streamFeatures, timeFeatures } from './features';
import { openMeter } from './memory';
import { timeRounds } from './rounds';
import { timeTraining } from './train';

/**
 * Times a job and then checks it: checking first would compile what the first run has to pay for. A train job's memory
 * is metered from here on, so what was garbage before is cleared away.
 *
 * @param turn waits for a turn before values are taken
 */
export async function measure(
  contestant: string,
  peer: Peer,
  data: JobData,
  turn: () => Promise<void>,
): Promise<Measurement> {
  const { job, inputs, expected } = data;
  const common = { contestant, job: jobName(job), adapter: peer.adapter, runtime: peer.runtime };
  if (job.kind === 'train') {
    const setup = {
      config: job.config,
      parameters: under(inputs, 'param.'),
      batches: batchesOf(inputs, job.repeats + 1),
      optimizer: timedOptimizer,
      inputScale: timedInputScale,
    };
    globalThis.gc?.();
    const meter = openMeter(peer.pid);
    const { firstMs, all, losses, memory } = await timeTraining(
      () => peer.openTraining(setup),
      { ...job, turn },
      { meter },
    );
    const errors = job.fixture === null ? null : await trainErrors(peer, job.fixture);
    return { ...common, ms: summarise(all), firstMs, runsPerRound: 1, errors, losses, memory, stream: null };
  }
  if (job.kind === 'features' || job.kind === 'stream') return await measureFeatures(common, peer, data, { job, turn });
  const { firstMs, runsPerRound, all, prepared } = await timeRounds(() => prepare(peer, data), { ...job, turn });
  const errors = resultErrors(await prepared.read(), expected);
  return { ...common, ms: summarise(all), firstMs, runsPerRound, errors, losses: [], memory: null, stream: null };
}

async function measureFeatures(
  common: Pick<Measurement, 'contestant' | 'job' | 'adapter' | 'runtime'>,
  peer: Peer,
  { inputs, expected }: JobData,
  { job, turn }: { readonly job: FeaturesJob | StreamJob; readonly turn: () => Promise<void> },
): Promise<Measurement> {
  const images = tensorNamed(inputs, 'images').data;
  const open = () => able(peer, 'openFeatures')(job.batch);
  globalThis.gc?.();
  const measured =
    job.kind === 'features'
      ? { ...(await timeFeatures(open, images, { ...job, turn })), stream: null }
      : await streamFeatures(open, images, job, { meter: openMeter(peer.pid) });
  const { firstMs, all, features, stream } = measured;
  const errors = {
    ...resultErrors(new Map([['features', features]]), expected),
    ...(stream && { memory: stream.growthOfMany / stream.growthOfFew - 1 }),
  };
  return { ...common, ms: summarise(all), firstMs, runsPerRound: 1, errors, losses: [], memory: null, stream };
}

type Ability = 'prepareConvolution' | 'openFeatures' | 'prepareFrechet';

/** @throws Error where the contestant cannot do that */
function able<A extends Ability>(peer: Peer, ability: A): NonNullable<Peer[A]> {
  const found = peer[ability];
  if (found === undefined) throw new Error(`this contestant has no ${ability}`);
  return found as NonNullable<Peer[A]>;
}

function prepare(peer: Peer, { job, inputs }: JobData): Promise<Prepared> {
  switch (job.kind) {
    case 'op':
      return peer.prepareOp(job.op, inputs);
    case 'denoise':
      return peer.prepareDenoiser(job.config, inputs);
    case 'sample':
      return peer.prepareSampler(job.config, job.levels, inputs);
    case 'convolution':
      return able(peer, 'prepareConvolution')(job.convolution, inputs);
    case 'frechet':
      return able(peer, 'prepareFrechet')(job.size);
    default:
      throw new Error(`a ${job.kind} job is not made of runs`);
  }
}
