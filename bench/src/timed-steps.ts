import { initialParameters } from '@noisesmith/diffusion';
import type { Backend, MeasuredProgram, TypedArray } from '@noisesmith/tensor';
import { stepScalars } from '@noisesmith/training';
import type { BenchConfig } from './configs';
import { networkOf } from './peers/noisesmith/network';
import { inputsOf, openTrainStep, timedConfig } from './peers/noisesmith/train-step';
import { randomBatch } from './random-batch';
import { summarise, type Times } from './statistics';

/** Steps that are not timed: pipelines and staging buffers are made in them. */
const WARM_UP = 2;

export interface TimedSteps {
  /** The step, after those that were timed; the caller destroys it. */
  readonly program: MeasuredProgram;
  /** What each of them was given. */
  readonly inputs: Readonly<Record<string, TypedArray>>;
  /** Milliseconds of warm steps, each from the upload of its batch to the loss being read. */
  readonly times: Times;
}

/**
 * Compiles the train step of a config and times `steps` warm ones, all on one random batch.
 *
 * @throws Error naming the model when a loss is not finite
 */
export async function timeSteps(
  backend: Backend<MeasuredProgram>,
  config: BenchConfig,
  steps: number,
): Promise<TimedSteps> {
  const network = networkOf(config);
  const settings = timedConfig(config);
  const inputs = inputsOf(network, settings, randomBatch(config, 1));
  const program = await openTrainStep(backend, network, settings, initialParameters(network, 1));
  const times: number[] = [];
  for (let step = 0; step < WARM_UP + steps; step++) {
    const start = performance.now();
    await program.run(inputs, stepScalars(settings, step));
    const [loss] = await program.read('loss');
    if (!Number.isFinite(loss)) throw new Error(`${config.name}: the loss of step ${step} is ${loss}`);
    if (step >= WARM_UP) times.push(performance.now() - start);
  }
  return { program, inputs, times: summarise(times) };
}
