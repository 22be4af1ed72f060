/** Contestant `noisesmith`: this repository. */
import { parameterViews } from '@noisesmith/diffusion';
import { compile, type Device, f32, openDevice } from '@noisesmith/tensor';
import type { ModelConfig } from '../../configs';
import type { HostTensors, NamedArrays } from '../../host-tensor';
import type { OptimizerSettings } from '../../optimizer-settings';
import type { Peer, PeerOptions, Training, TrainingSetup } from '../../peer';
import type { HostBatch } from '../../random-batch';
import { describeAdapter } from '../dawn';
import { prepareDenoiser } from './denoiser';
import { networkOf, weightsOf } from './network';
import { prepareOp } from './ops';
import { plannedMemory } from './planned-memory';
import { prepareSampler } from './sampler';
import { inputSpec, inputsOf, lossAndGradient, optimizerScalars, scalarsAt, stateSpec, update } from './train-step';

export async function open({ dawn }: PeerOptions): Promise<Peer> {
  const device = await openDevice({ dawnToggles: [...dawn] });
  return {
    adapter: describeAdapter(device.profile),
    runtime: 'WebGPU',
    pid: process.pid,
    openTraining: (setup) => openTraining(device, setup),
    lossAndGradients: (...args) => lossAndGradients(device, ...args),
    applyGradients: (...args) => applyGradients(device, ...args),
    prepareOp: (op, inputs) => prepareOp(device, op, inputs),
    prepareDenoiser: (config, inputs) => prepareDenoiser(device, config, inputs),
    prepareSampler: (config, levels, inputs) => prepareSampler(device, config, levels, inputs),
    close: () => device.destroy(),
  };
}

async function openTraining(
  device: Device,
  { config, parameters, batches, optimizer, inputScale }: TrainingSetup,
): Promise<Training> {
  const network = networkOf(config);
  const { layout } = network;
  const program = await compile(
    device,
    {
      inputs: inputSpec(network, batches[0]!.gamma.length),
      state: stateSpec(layout),
      scalars: optimizerScalars,
    },
    ({ inputs, state, scalars }) => {
      const { loss, gradient } = lossAndGradient(network, state.params.tensors, inputs, inputScale);
      return { outputs: { loss }, state: update(layout, state, gradient, scalars, optimizer) };
    },
  );
  const weights = weightsOf(network, parameters);
  program.state.write('params', weights);
  program.state.write('average', weights);
  return {
    async step(index) {
      await program.run(inputsOf(network, batches[index]!), scalarsAt(index + 1, optimizer));
      const [loss] = await program.read('loss');
      return loss!;
    },
    planned: plannedMemory(program),
  };
}

async function lossAndGradients(
  device: Device,
  config: ModelConfig,
  parameters: HostTensors,
  batch: HostBatch,
  inputScale: number,
): Promise<{ loss: number; gradients: NamedArrays }> {
  const network = networkOf(config);
  const { layout } = network;
  using program = await compile(
    device,
    { inputs: inputSpec(network, batch.gamma.length), state: { params: layout } },
    ({ inputs, state }) => ({ outputs: { ...lossAndGradient(network, state.params.tensors, inputs, inputScale) } }),
  );
  program.state.write('params', weightsOf(network, parameters));
  await program.run(inputsOf(network, batch));
  const [loss] = await program.read('loss');
  const gradient = (await program.read('gradient')) as Float32Array<ArrayBuffer>;
  return { loss: loss!, gradients: parameterViews(layout, gradient) };
}

async function applyGradients(
  device: Device,
  parameters: HostTensors,
  gradients: HostTensors,
  settings: OptimizerSettings,
  config: ModelConfig,
): Promise<{ parameters: NamedArrays; average: NamedArrays }> {
  const network = networkOf(config);
  const { layout } = network;
  using store = device.openStore(stateSpec(layout));
  const weights = weightsOf(network, parameters);
  store.write('params', weights);
  store.write('average', weights);
  using step = await compile(
    device,
    { inputs: { gradient: f32(layout.size) }, state: stateSpec(layout), scalars: optimizerScalars },
    ({ inputs, state, scalars }) => ({ state: update(layout, state, inputs.gradient, scalars, settings) }),
    { store },
  );
  await step.run({ gradient: weightsOf(network, gradients) }, scalarsAt(1, settings));
  const read = async (name: 'params' | 'average') =>
    parameterViews(layout, (await store.read(name)) as Float32Array<ArrayBuffer>);
  return { parameters: await read('params'), average: await read('average') };
}
