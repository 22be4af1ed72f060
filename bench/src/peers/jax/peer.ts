/** Contestants `jax-js-webgpu` and `jax-js-wasm`: jax-js on two of its backends, everything compiled by its `jit`. */
import { jit, type numpy as np, tree } from '@jax-js/jax';
import type { Peer, PeerOptions, Training, TrainingSetup } from '../../peer';
import { type Arrays, readAll, uploadAll } from './arrays';
import { type BackendName, openBackend } from './backend';
import { prepareDenoiser } from './denoiser';
import { prepareOp } from './ops';
import { prepareSampler } from './sampler';
import {
  applyGradients,
  initialState,
  lossAndGradients,
  type StepNumbers,
  stepNumbers,
  type TrainState,
  uploadBatch,
} from './train-step';

export async function open(name: BackendName, { dawn }: PeerOptions): Promise<Peer> {
  const { adapter, runtime } = await openBackend(name, dawn);
  return {
    adapter,
    runtime,
    pid: process.pid,
    openTraining: async (setup) => openTraining(setup),
    async lossAndGradients(config, parameters, batch, inputScale) {
      const run = jit((weights: Arrays, given: Arrays) => lossAndGradients(config, inputScale, weights, given));
      const [loss, gradients] = run(uploadAll(parameters), uploadBatch(config, batch));
      const values = await readAll(gradients);
      const [value] = await loss.data();
      return { loss: value!, gradients: values };
    },
    async applyGradients(parameters, gradients, settings) {
      const run = jit((state: TrainState, given: Arrays, numbers: StepNumbers) =>
        applyGradients(settings, state, given, numbers),
      );
      const after = run(initialState(parameters), uploadAll(gradients), stepNumbers(1, settings));
      return { parameters: await readAll(after.parameters), average: await readAll(after.average) };
    },
    prepareOp: async (op, inputs) => prepareOp(op, inputs),
    prepareDenoiser: async (config, inputs) => prepareDenoiser(config, inputs),
    prepareSampler: async (config, levels, inputs) => prepareSampler(config, levels, inputs),
    close: () => undefined,
  };
}

function openTraining({ config, parameters, batches, optimizer, inputScale }: TrainingSetup): Training {
  const run = jit((state: TrainState, batch: Arrays, numbers: StepNumbers): [np.Array, TrainState] => {
    const [loss, gradients] = lossAndGradients(config, inputScale, tree.ref(state.parameters), batch);
    return [loss, applyGradients(optimizer, state, gradients, numbers)];
  });
  let state = initialState(parameters);
  return {
    async step(index) {
      const [loss, next] = run(state, uploadBatch(config, batches[index]!), stepNumbers(index + 1, optimizer));
      state = next;
      // One compiled function is dispatched as a whole, so that its loss arrives after the update.
      const [value] = await loss.data();
      return value!;
    },
  };
}
