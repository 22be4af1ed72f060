import { type Ceilings, type Device, type Explanation, explain, measureCeilings, type Wasm } from '@noisesmith/tensor';
import type { BenchConfig } from '../configs';
import type { Times } from '../statistics';
import { timeSteps } from '../timed-steps';

export interface MeasuredStep {
  /** Milliseconds of warm steps, each from the upload of its batch to the loss being read. */
  readonly step: Times;
  readonly ceilings: Ceilings;
  readonly explanation: Explanation;
}

/** Times the train step, then the backend's ceilings, then every kernel by itself. */
export async function measureStep(backend: Device | Wasm, config: BenchConfig, steps: number): Promise<MeasuredStep> {
  const { program, times } = await timeSteps(backend, config, steps);
  using measured = program;
  const ceilings = await measureCeilings(backend);
  return { step: times, ceilings, explanation: explain(measured.plan, ceilings, await measured.profile()) };
}
