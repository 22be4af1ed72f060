/** Contestant `pytorch` and those that are `pytorch-cuda` by name: PyTorch in a Python process of its own. */
import type { HostTensor, HostTensors, NamedArrays } from '../../host-tensor';
import type { Peer, PeerOptions, Prepared } from '../../peer';
import { batchInputs } from '../../train-data';
import { PythonWorker, type TorchDevice } from './worker';

export async function open(device: TorchDevice, { python }: PeerOptions): Promise<Peer> {
  const worker = new PythonWorker(python, device);
  const { version, computes, pid } = await worker.ask('about').catch((error: unknown) => {
    worker.close();
    throw error;
  });
  const prepared: Prepared = {
    async run(count) {
      await worker.ask('run', { count });
    },
    async read() {
      await worker.ask('read', { results: worker.resultsPath });
      return await worker.results();
    },
  };
  return {
    adapter: null,
    runtime: `PyTorch ${version}, ${computes}`,
    pid: pid as number,
    async openTraining({ config, parameters, batches, optimizer, inputScale }) {
      const tensors = new Map([
        ...prefixed('param.', parameters),
        ...batches.flatMap((batch, i) => [...batchInputs(config, batch, i)]),
      ]);
      await worker.send('open_training', tensors, { config, optimizer, inputScale });
      return {
        async step(index) {
          const { loss } = await worker.ask('step', { index });
          return loss as number;
        },
      };
    },
    async lossAndGradients(config, parameters, batch, inputScale) {
      const tensors = new Map([...prefixed('param.', parameters), ...batchInputs(config, batch, 0)]);
      const request = { config, inputScale, results: worker.resultsPath };
      const { loss } = await worker.send('loss_and_gradients', tensors, request);
      return { loss: loss as number, gradients: await worker.results() };
    },
    async applyGradients(parameters, gradients, optimizer) {
      const tensors = new Map([...prefixed('param.', parameters), ...prefixed('grad.', gradients)]);
      await worker.send('apply_gradients', tensors, { optimizer, results: worker.resultsPath });
      const results = await worker.results();
      return { parameters: under(results, 'param.'), average: under(results, 'average.') };
    },
    async prepareOp(op, inputs) {
      await worker.send('prepare_op', inputs, { op });
      return prepared;
    },
    async prepareDenoiser(config, inputs) {
      await worker.send('prepare_denoiser', inputs, { config });
      return prepared;
    },
    async prepareSampler(config, levels, inputs) {
      await worker.send('prepare_sampler', inputs, { config, levels });
      return prepared;
    },
    close: () => worker.close(),
  };
}

const prefixed = (prefix: string, tensors: HostTensors): [string, HostTensor][] =>
  [...tensors].map(([name, tensor]) => [`${prefix}${name}`, tensor]);

const under = (values: NamedArrays, prefix: string): NamedArrays =>
  new Map([...values].flatMap(([name, data]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), data]] : [])));
