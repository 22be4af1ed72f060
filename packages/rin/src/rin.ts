import type { Denoiser } from '@noisesmith/diffusion';
import { layoutOf } from '@noisesmith/tensor';
import { checkConfig, type RinConfig } from './config';
import { rinForward, rinParameters } from './forward';
import { initializeParameter } from './initialize';
import { timeFeatures } from './time-embedding';

/** A RIN as samplers and training see it; the carry is its latents. */
export interface RinDenoiser extends Denoiser {
  readonly config: RinConfig;
}

/**
 * The denoiser of a configuration.
 * @throws RangeError, one line, for a configuration that cannot be built
 */
export function rin(config: RinConfig): RinDenoiser {
  checkConfig(config);
  const specs = rinParameters(config);
  const layout = layoutOf(Object.fromEntries(specs.map(({ name, shape }) => [name, shape])));
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  return {
    config,
    imageShape: [config.image[0], config.image[1], config.channels],
    classes: config.classes,
    layout,
    carryShape: [config.latents, config.latentDim],
    timeFeatures: timeFeatures(config),
    initialize(name, seed) {
      const spec = byName.get(name);
      if (!spec) throw new RangeError(`the network has no parameter '${name}'`);
      return initializeParameter(spec, seed);
    },
    apply(parameters, input) {
      const { prediction, latents } = rinForward(config, parameters, input);
      return { prediction, carry: latents };
    },
  };
}
