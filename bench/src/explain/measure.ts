import {
  type Ceilings,
  compileGraph,
  type Device,
  type Explanation,
  explain,
  measureCeilings,
} from '@noisesmith/tensor';
import type { BenchConfig } from '../configs';
import { timedOptimizer } from '../optimizer-settings';
import { networkOf } from '../peers/noisesmith/network';
import { inputsOf, scalarsAt } from '../peers/noisesmith/train-step';
import { randomBatch } from '../random-batch';
import { summarise, type Times } from '../statistics';
import { trainGraph } from './train-step';

export interface MeasuredStep {
  /** Milliseconds of warm steps, each from the upload of its batch to the loss being read. */
  readonly step: Times;
  readonly ceilings: Ceilings;
  readonly explanation: Explanation;
}

/** Steps that are not timed: pipelines and staging buffers are made in them. */
const WARM_UP = 2;

/** Times the train step, then the adapter's ceilings, then every kernel by itself. */
export async function measureStep(device: Device, config: BenchConfig, steps: number): Promise<MeasuredStep> {
  const network = networkOf(config);
  using program = await compileGraph(device, trainGraph(config));
  const parameters = network.initialize(1);
  program.state.write('params', parameters);
  program.state.write('average', parameters);
  const times: number[] = [];
  for (let step = 0; step < WARM_UP + steps; step++) {
    const inputs = inputsOf(network, randomBatch(config, step + 1));
    const start = performance.now();
    await program.run(inputs, scalarsAt(step + 1, timedOptimizer));
    const [loss] = await program.read('loss');
    if (!Number.isFinite(loss)) throw new Error(`${config.name}: the loss of step ${step} is ${loss}`);
    if (step >= WARM_UP) times.push(performance.now() - start);
  }
  const ceilings = await measureCeilings(device);
  const explanation = explain(program.plan, ceilings, await program.profile());
  return { step: summarise(times), ceilings, explanation };
}
