/** Contestant `tfjs-webgpu`: the RIN train step in TensorFlow.js on its WebGPU backend. Protocol: ../protocol.ts. */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchConfig } from '../configs';
import { type ContestantResult, parseArguments } from '../protocol';
import { randomBatch } from '../random-batch';
import { summarise } from '../statistics';
import { describeAdapter, installDawn } from './dawn';
import { initialParameters, parameterSpecs } from './tfjs/parameters';
import { applyGradients, initialState, lossAndGradients, type OptimizerSettings } from './tfjs/train-step';
import { verify } from './tfjs/verify';

const optimizer: OptimizerSettings = {
  learningRate: 1e-3,
  weightDecay: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  emaDecay: 0.9999,
};

/** Starts the backend on Dawn and returns its adapter's description. */
async function openBackend(dawnFlags: readonly string[]): Promise<string> {
  const gpu = installDawn(dawnFlags);
  // The Node bundle of tfjs-core leaves the gradients of its ops out. They come as ES module syntax in a CommonJS
  // package, which the loader's `require` accepts and Node's `import` does not.
  createRequire(import.meta.url)('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  // Small tensors would otherwise be computed on the host, with a readback in the middle of the step.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  await tf.setBackend('webgpu');
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error(`tfjs chose the backend ${tf.getBackend()}, not webgpu`);
  // A rejected dispatch would be a fast one.
  backend.device.addEventListener('uncapturederror', (event) => {
    console.error(`tfjs-webgpu: ${(event as GPUUncapturedErrorEvent).error.message}`);
    process.exit(1);
  });
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error('no WebGPU adapter');
  return describeAdapter(adapter.info);
}

/** Times of steps 0 to `count` - 1 in milliseconds, each from the upload of its batch to the loss being read. */
async function timeSteps(config: BenchConfig, count: number): Promise<number[]> {
  const specs = parameterSpecs(config);
  const state = initialState(initialParameters(specs, 1), new Map(specs.map(({ name, shape }) => [name, shape])));
  const times: number[] = [];
  for (let step = 0; step < count; step++) {
    const batch = randomBatch(config, step + 1);
    const start = performance.now();
    const { loss, gradients } = lossAndGradients(state.parameters, config, batch, 1);
    applyGradients(state, gradients, optimizer);
    const [value] = await loss.data();
    times.push(performance.now() - start);
    if (!Number.isFinite(value)) throw new Error(`the loss of step ${step} is ${value}`);
    tf.dispose([loss, ...gradients.values()]);
  }
  return times;
}

const { config, steps, fixture, dawn } = parseArguments(process.argv.slice(2));
const adapter = await openBackend(dawn);
// Timing comes first: the check would compile the shaders that the first step has to pay for.
const [firstStepMs, ...warm] = await timeSteps(config, steps + 1);
const result: ContestantResult = {
  name: 'tfjs-webgpu',
  adapter,
  configName: config.name,
  batch: config.batch,
  msPerStep: summarise(warm),
  firstStepMs: firstStepMs!,
  verified: fixture === undefined ? null : await verify(fixture),
};
// Dawn's event loop keeps the process alive; leave once the line is out.
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
