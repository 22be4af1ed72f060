/** Contestants `tfjs-webgpu` and `tfjs-wasm`: TensorFlow.js on two of its backends. */
import * as tf from '@tensorflow/tfjs-core';
import type { Peer, PeerOptions, Training, TrainingSetup } from '../../peer';
import { type BackendName, openBackend } from './backend';
import { prepareConvolution } from './convolution';
import { prepareDenoiser } from './denoiser';
import { openFeatures } from './features';
import { prepareOp } from './ops';
import { prepareSampler } from './sampler';
import { readAll, uploadAll } from './tensors';
import { applyGradients, initialState, lossAndGradients } from './train-step';

export async function open(name: BackendName, { dawn }: PeerOptions): Promise<Peer> {
  const { adapter, runtime, fence } = await openBackend(name, dawn);
  return {
    adapter,
    runtime,
    pid: process.pid,
    openTraining: async (setup) => openTraining(setup),
    async lossAndGradients(config, parameters, batch, inputScale) {
      const uploaded = uploadAll(parameters);
      const { loss, gradients } = lossAndGradients(uploaded, config, batch, inputScale);
      const [value] = await loss.data();
      return { loss: value!, gradients: await readAll(gradients) };
    },
    async applyGradients(parameters, gradients, settings) {
      const state = initialState(parameters);
      applyGradients(state, uploadAll(gradients), settings);
      return { parameters: await readAll(state.parameters), average: await readAll(state.ema) };
    },
    prepareOp: async (op, inputs) => prepareOp(op, inputs, fence),
    prepareDenoiser: async (config, inputs) => prepareDenoiser(config, inputs, fence),
    prepareSampler: async (config, levels, inputs) => prepareSampler(config, levels, inputs, fence),
    prepareConvolution: async (convolution, inputs) => prepareConvolution(convolution, inputs, fence),
    openFeatures,
    close: () => undefined,
  };
}

function openTraining({ config, parameters, batches, optimizer, inputScale }: TrainingSetup): Training {
  const state = initialState(parameters);
  return {
    async step(index) {
      const { loss, gradients } = lossAndGradients(state.parameters, config, batches[index]!, inputScale);
      applyGradients(state, gradients, optimizer);
      const [value] = await loss.data();
      tf.dispose([loss, ...gradients.values()]);
      return value!;
    },
  };
}
