import {
  type Ceilings,
  compileGraph,
  type Device,
  type Explanation,
  explain,
  measureCeilings,
} from '@noisesmith/tensor';
import type { BenchConfig } from '../configs';
import { networkOf } from '../peers/noisesmith/network';
import { inputsOf } from '../peers/noisesmith/train-step';
import { randomBatch } from '../random-batch';
import { summarise, type Times } from '../statistics';
import { timedSteps } from '../timed-steps';
import { trainGraph } from './train-step';

export interface MeasuredStep {
  /** Milliseconds of warm steps, each from the upload of its batch to the loss being read. */
  readonly step: Times;
  readonly ceilings: Ceilings;
  readonly explanation: Explanation;
}

/** Times the train step, then the adapter's ceilings, then every kernel by itself. */
export async function measureStep(device: Device, config: BenchConfig, steps: number): Promise<MeasuredStep> {
  const network = networkOf(config);
  using program = await compileGraph(device, trainGraph(config));
  const parameters = network.initialize(1);
  program.state.write('params', parameters);
  program.state.write('average', parameters);
  const inputsAt = (step: number) => inputsOf(network, randomBatch(config, step + 1));
  const times = await timedSteps(program, config.name, inputsAt, steps);
  const ceilings = await measureCeilings(device);
  const explanation = explain(program.plan, ceilings, await program.profile());
  return { step: summarise(times), ceilings, explanation };
}
