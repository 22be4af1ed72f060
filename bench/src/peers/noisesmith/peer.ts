/** Contestants `noisesmith` and `noisesmith-wasm`: this repository, on WebGPU and on WebAssembly. */
import { parameterViews } from '@noisesmith/diffusion';
import { openDevice, openWasm, planBytes } from '@noisesmith/tensor';
import { accumulateStep, applyStep, stepScalars } from '@noisesmith/training';
import type { ModelConfig } from '../../configs';
import type { HostTensors, NamedArrays } from '../../host-tensor';
import { type OptimizerSettings, timedInputScale, timedOptimizer } from '../../optimizer-settings';
import type { Peer, PeerOptions, Training, TrainingSetup } from '../../peer';
import type { HostBatch } from '../../random-batch';
import { describeAdapter } from '../dawn';
import { prepareConvolution } from './convolution';
import { prepareDenoiser } from './denoiser';
import { openFeatures, prepareFrechet } from './metrics';
import { networkOf, weightsOf } from './network';
import { prepareOp } from './ops';
import type { Engine } from './prepared';
import { prepareSampler } from './sampler';
import { inputsOf, openTrainStep, stepConfig } from './train-step';

export async function open(backend: 'webgpu' | 'wasm', { dawn }: PeerOptions): Promise<Peer> {
  if (backend === 'webgpu') {
    const device = await openDevice({ dawnToggles: [...dawn] });
    return peer(device, { adapter: describeAdapter(device.profile), runtime: 'WebGPU' });
  }
  const wasm = await openWasm();
  return peer(wasm, { adapter: null, runtime: wasm.profile.description });
}

function peer(engine: Engine, about: Pick<Peer, 'adapter' | 'runtime'>): Peer {
  return {
    ...about,
    pid: process.pid,
    openTraining: (setup) => openTraining(engine, setup),
    lossAndGradients: (...args) => lossAndGradients(engine, ...args),
    applyGradients: (...args) => applyGradients(engine, ...args),
    prepareOp: (op, inputs) => prepareOp(engine, op, inputs),
    prepareDenoiser: (config, inputs) => prepareDenoiser(engine, config, inputs),
    prepareSampler: (config, levels, inputs) => prepareSampler(engine, config, levels, inputs),
    prepareConvolution: (convolution, inputs) => prepareConvolution(engine, convolution, inputs),
    openFeatures: (batch) => openFeatures(engine, batch),
    prepareFrechet: async (size) => prepareFrechet(size),
    close: () => engine.destroy(),
  };
}

async function openTraining(
  engine: Engine,
  { config, parameters, batches, optimizer, inputScale }: TrainingSetup,
): Promise<Training> {
  const network = networkOf(config);
  const settings = stepConfig(batches[0]!.gamma.length, optimizer, inputScale);
  const program = await openTrainStep(engine, network, settings, weightsOf(network, parameters));
  const { graph, plan } = program;
  return {
    async step(index) {
      await program.run(inputsOf(network, settings, batches[index]!), stepScalars(settings, index));
      const [loss] = await program.read('loss');
      return loss!;
    },
    planned: { ...planBytes(graph, plan), liveBound: plan.liveBound },
  };
}

async function lossAndGradients(
  engine: Engine,
  config: ModelConfig,
  parameters: HostTensors,
  batch: HostBatch,
  inputScale: number,
): Promise<{ loss: number; gradients: NamedArrays }> {
  const network = networkOf(config);
  const settings = stepConfig(batch.gamma.length, timedOptimizer, inputScale);
  using program = await engine.compile(accumulateStep(network, settings, { noise: 'given' }));
  program.state.write('params', weightsOf(network, parameters));
  await program.run(inputsOf(network, settings, batch), { keepGradient: 0 });
  const [loss] = await program.read('loss');
  const gradient = (await program.state.read('gradient')) as Float32Array<ArrayBuffer>;
  return { loss: loss!, gradients: parameterViews(network.layout, gradient) };
}

async function applyGradients(
  engine: Engine,
  parameters: HostTensors,
  gradients: HostTensors,
  optimizer: OptimizerSettings,
  config: ModelConfig,
): Promise<{ parameters: NamedArrays; average: NamedArrays }> {
  const network = networkOf(config);
  const settings = stepConfig(1, optimizer, timedInputScale);
  const weights = weightsOf(network, parameters);
  using program = await engine.compile(applyStep(network, settings));
  program.state.write('params', weights);
  program.state.write('ema', weights);
  program.state.write('gradient', weightsOf(network, gradients));
  await program.run({}, stepScalars(settings, 0));
  const read = async (name: 'params' | 'ema') =>
    parameterViews(network.layout, (await program.state.read(name)) as Float32Array<ArrayBuffer>);
  return { parameters: await read('params'), average: await read('ema') };
}
