import type { ModelConfig } from '../../configs';
import { type HostTensors, tensorNamed, under } from '../../host-tensor';
import type { Prepared } from '../../peer';
import { preparedWork } from './prepared';
import { forward } from './rin';
import { upload, uploadAll } from './tensors';

/** One forward pass with everything uploaded. */
export function prepareDenoiser(config: ModelConfig, inputs: HostTensors, fence: () => Promise<void>): Prepared {
  const parameters = uploadAll(under(inputs, 'param.'));
  const read = (name: string) => upload(tensorNamed(inputs, name));
  const [x, gamma, onehot, latents] = [read('x'), read('gamma'), read('onehot'), read('latents')];
  return preparedWork(() => ({ ...forward(parameters, config, x, gamma, onehot, latents) }), fence);
}
