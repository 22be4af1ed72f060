import type { Program, TypedArray } from '@noisesmith/tensor';
import { timedOptimizer } from './optimizer-settings';
import { scalarsAt } from './peers/noisesmith/train-step';

/** Steps that are not timed: pipelines and staging buffers are made in them. */
const WARM_UP = 2;

/**
 * Milliseconds of `steps` warm train steps, each from the upload of its batch to the loss being read.
 *
 * @throws Error naming the model when a loss is not finite
 */
export async function timedSteps(
  program: Program,
  name: string,
  inputsAt: (step: number) => Readonly<Record<string, TypedArray>>,
  steps: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let step = 0; step < WARM_UP + steps; step++) {
    const inputs = inputsAt(step);
    const start = performance.now();
    await program.run(inputs, scalarsAt(step + 1, timedOptimizer));
    const [loss] = await program.read('loss');
    if (!Number.isFinite(loss)) throw new Error(`${name}: the loss of step ${step} is ${loss}`);
    if (step >= WARM_UP) times.push(performance.now() - start);
  }
  return times;
}
