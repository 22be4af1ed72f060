import { jit, tree } from '@jax-js/jax';
import type { ModelConfig } from '../../configs';
import { type HostTensors, tensorNamed, under } from '../../host-tensor';
import type { Prepared } from '../../peer';
import { type Arrays, upload, uploadAll } from './arrays';
import { preparedWork } from './prepared';
import { type ForwardInputs, forward } from './rin';

/** One forward pass as one compiled function of uploaded inputs. */
export function prepareDenoiser(config: ModelConfig, inputs: HostTensors): Prepared {
  const read = (name: string) => upload(tensorNamed(inputs, name));
  const parameters = uploadAll(under(inputs, 'param.'));
  const given: ForwardInputs = {
    x: read('x'),
    gamma: read('gamma'),
    latents: read('latents'),
    ...(config.classes > 0 && { onehot: read('onehot') }),
  };
  const run = jit((weights: Arrays, arrays: ForwardInputs) => forward(weights, config, arrays));
  return preparedWork(() => run(tree.ref(parameters), tree.ref(given)));
}
