import { imageSize, type ModelConfig } from './configs';
import { normalSource, uniformSource } from './random-batch';

/** How a parameter starts: Glorot uniform with these fans, a truncated normal of std 0.02, or a constant. */
type Init = { fanIn: number; fanOut: number } | 'table' | 'zeros' | 'ones';

export interface ParameterSpec {
  name: string;
  shape: number[];
  init: Init;
}

/** Every parameter of a RIN under the fixtures' names, in the order of the forward pass. */
export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { channels, patch, latents, latent_dim: latentDim, tape_dim: tapeDim, classes } = config;
  const [height, width] = imageSize(config);
  const patchDim = patch * patch * channels;
  const tapeTokens = (height / patch) * (width / patch);
  const readWriteWidth = Math.min(latentDim, tapeDim);
  const specs: ParameterSpec[] = [];

  function linear(name: string, inputs: number, outputs: number, fans = { fanIn: inputs, fanOut: outputs }) {
    specs.push({ name: `${name}.weight`, shape: [inputs, outputs], init: fans });
    specs.push({ name: `${name}.bias`, shape: [outputs], init: 'zeros' });
  }
  function layerNorm(name: string, dim: number, gamma: Init = 'ones') {
    specs.push({ name: `${name}.gamma`, shape: [dim], init: gamma });
    specs.push({ name: `${name}.beta`, shape: [dim], init: 'zeros' });
  }
  function mlp(name: string, dim: number, ratio: number) {
    layerNorm(`${name}.ln`, dim);
    linear(`${name}.fc1`, dim, ratio * dim);
    linear(`${name}.fc2`, ratio * dim, dim);
  }
  // A projection kernel is [in, heads, headDim] (or [heads, headDim, out]) to its initialiser, which takes the leading
  // axis of three for a receptive field: both fans of q, k, v and o are larger than those of the flat matrix.
  function attention(name: string, queryDim: number, keyDim: number, inner: number, heads: number) {
    const headDim = inner / heads;
    linear(`${name}.q`, queryDim, inner, { fanIn: queryDim * heads, fanOut: queryDim * headDim });
    linear(`${name}.k`, keyDim, inner, { fanIn: keyDim * heads, fanOut: keyDim * headDim });
    linear(`${name}.v`, keyDim, inner, { fanIn: keyDim * heads, fanOut: keyDim * headDim });
    linear(`${name}.o`, inner, queryDim, { fanIn: inner, fanOut: heads * queryDim });
  }

  linear('stem', patchDim, tapeDim, { fanIn: patchDim, fanOut: tapeDim * patch * patch });
  layerNorm('stem.ln', tapeDim);
  specs.push({ name: 'tape_pos', shape: [tapeTokens, tapeDim], init: 'table' });
  specs.push({ name: 'latents', shape: [latents - (classes > 0 ? 2 : 1), latentDim], init: 'table' });
  linear('time.fc1', latentDim / 4, latentDim);
  linear('time.fc2', latentDim, latentDim);
  if (classes > 0) linear('cond', classes, latentDim);
  mlp('prev.mlp', latentDim, config.latent_mlp);
  layerNorm('prev.ln', latentDim, 'zeros');
  config.blocks.forEach((layers, i) => {
    layerNorm(`b${i}.read.ln`, latentDim);
    attention(`b${i}.read.attn`, latentDim, tapeDim, readWriteWidth, config.rw_heads);
    mlp(`b${i}.read.mlp`, latentDim, config.latent_mlp);
    for (let j = 0; j < layers; j++) {
      layerNorm(`b${i}.l${j}.ln`, latentDim);
      attention(`b${i}.l${j}.attn`, latentDim, latentDim, latentDim, config.heads);
      mlp(`b${i}.l${j}.mlp`, latentDim, config.latent_mlp);
    }
    layerNorm(`b${i}.write.ln`, tapeDim);
    attention(`b${i}.write.attn`, tapeDim, latentDim, readWriteWidth, config.rw_heads);
    mlp(`b${i}.write.mlp`, tapeDim, config.tape_mlp);
  });
  layerNorm('out.ln', tapeDim);
  linear('out', tapeDim, patchDim);
  return specs;
}

/** Starting values of one parameter. */
function initialValues({ shape, init }: ParameterSpec, uniform: () => number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (init === 'ones') return values.fill(1);
  if (init === 'zeros') return values;
  if (init === 'table') {
    const normal = normalSource(uniform);
    return values.map(() => {
      let z = normal();
      while (Math.abs(z) > 2) z = normal();
      return 0.02 * z;
    });
  }
  const limit = Math.sqrt(6 / (init.fanIn + init.fanOut));
  return values.map(() => limit * (2 * uniform() - 1));
}

/** Starting values of every parameter, the same for the same seed. */
export function initialParameters(
  specs: readonly ParameterSpec[],
  seed: number,
): Map<string, Float32Array<ArrayBuffer>> {
  const uniform = uniformSource(seed);
  return new Map(specs.map((spec) => [spec.name, initialValues(spec, uniform)]));
}
