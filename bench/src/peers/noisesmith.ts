/** Contestant `noisesmith`: the RIN train step of this repository. Protocol: ../protocol.ts. */
import { compile, type Device, openDevice } from '@noisesmith/tensor';
import type { BenchConfig } from '../configs';
import { type ContestantResult, parseArguments } from '../protocol';
import { randomBatch } from '../random-batch';
import { summarise } from '../statistics';
import { describeAdapter } from './dawn';
import {
  inputSpec,
  inputsOf,
  lossAndGradient,
  networkOf,
  optimizerScalars,
  scalarsAt,
  stateSpec,
  update,
} from './noisesmith/train-step';
import { verify } from './noisesmith/verify';

const learningRate = 1e-3;
const emaDecay = 0.9999;

/**
 * Times of steps 0 to `count` - 1 in milliseconds, each from the upload of its batch to the loss being read; the first
 * begins with the network and includes tracing, planning and compiling.
 */
async function timeSteps(device: Device, config: BenchConfig, count: number): Promise<number[]> {
  const batches = Array.from({ length: count }, (_, step) => randomBatch(config, step + 1));
  let start = performance.now();
  const network = networkOf(config);
  const { layout } = network;
  using program = await compile(
    device,
    { inputs: inputSpec(network, config.batch), state: stateSpec(layout), scalars: optimizerScalars },
    ({ inputs, state, scalars }) => {
      const { loss, gradient } = lossAndGradient(network, state.params.tensors, inputs, 1);
      return { outputs: { loss }, state: update(layout, state, gradient, scalars) };
    },
  );
  const parameters = network.initialize(1);
  program.state.write('params', parameters);
  program.state.write('average', parameters);

  const times: number[] = [];
  for (const [step, batch] of batches.entries()) {
    if (step > 0) start = performance.now();
    await program.run(inputsOf(network, batch), scalarsAt(step + 1, learningRate, emaDecay));
    const [value] = await program.read('loss');
    times.push(performance.now() - start);
    if (!Number.isFinite(value)) throw new Error(`the loss of step ${step} is ${value}`);
  }
  return times;
}

const { config, steps, fixture, dawn } = parseArguments(process.argv.slice(2));
using device = await openDevice({ dawnToggles: dawn });
// Timing comes first: the check would compile shaders that the first step has to pay for.
const [firstStepMs, ...warm] = await timeSteps(device, config, steps + 1);
const result: ContestantResult = {
  name: 'noisesmith',
  adapter: describeAdapter(device.profile),
  configName: config.name,
  batch: config.batch,
  msPerStep: summarise(warm),
  firstStepMs: firstStepMs!,
  verified: fixture === undefined ? null : await verify(device, fixture),
};
console.log(JSON.stringify(result));
