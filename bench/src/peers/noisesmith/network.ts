import { type Denoiser, flattenParameters } from '@noisesmith/diffusion';
import { type RinDenoiser, rin, rinConfigFromMetadata } from '@noisesmith/rin';
import type { BenchConfig, ModelConfig } from '../../configs';
import type { HostTensors } from '../../host-tensor';

/** The network of a bench config or of a fixture's metadata. */
export function networkOf(config: ModelConfig | BenchConfig): RinDenoiser {
  const { name: _, batch: __, ...model } = { name: '', batch: 0, ...config };
  return rin(rinConfigFromMetadata(JSON.stringify(model)));
}

/** Named parameters as the network's flat vector. @throws RangeError naming a parameter that is missing or misshapen */
export const weightsOf = ({ layout }: Denoiser, parameters: HostTensors): Float32Array<ArrayBuffer> =>
  flattenParameters(layout, new Map([...parameters].map(([name, { data }]) => [name, data])));
