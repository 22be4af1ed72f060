import { type Ceilings, type Device, type Explanation, explain, measureCeilings } from '@noisesmith/tensor';
import type { BenchConfig } from '../configs';
import type { Times } from '../statistics';
import { timeSteps } from '../timed-steps';

export interface MeasuredStep {
  /** Milliseconds of warm steps, each from the upload of its batch to the loss being read. */
  readonly step: Times;
  readonly ceilings: Ceilings;
  readonly explanation: Explanation;
}

/** Times the train step, then the adapter's ceilings, then every kernel by itself. */
export async function measureStep(device: Device, config: BenchConfig, steps: number): Promise<MeasuredStep> {
  const { program, times } = await timeSteps(device, config, steps);
  using measured = program;
  const ceilings = await measureCeilings(device);
  return { step: times, ceilings, explanation: explain(measured.plan, ceilings, await measured.profile()) };
}
