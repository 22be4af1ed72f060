/** Any denoiser can be sampled from. This one knows a single picture, so every sampler has to find it in the noise. */
import { type Denoiser, initialParameters, perExample } from '@noisesmith/diffusion';
import { sample } from '@noisesmith/samplers';
import { div, layoutOf, mul, narrow, openBackend, sub } from '@noisesmith/tensor';

const picture = ['..##....', '...##...', '#######.', '########', '#######.', '...##...', '..##....', '........'];
const knows: Denoiser = {
  imageShape: [8, 8, 1],
  classes: 0,
  layout: layoutOf({ x0: [1, 8, 8, 1] }),
  carryShape: [1],
  timeFeatures: {
    width: 2,
    compute: (gamma) => Float32Array.from(Array.from(gamma).flatMap((g) => [Math.sqrt(g), Math.sqrt(1 - g)])),
  },
  initialize: () => Float32Array.from(picture.join(''), (c) => (c === '#' ? 1 : -1)),
  apply({ x0 }, { x, timeFeatures, carry }) {
    const [alpha, sigma] = [0, 1].map((i) => perExample(narrow(timeFeatures, 1, i, 1), 4));
    return { prediction: div(sub(x, mul(x0!, alpha!)), sigma!), carry };
  },
};

using backend = (await openBackend()).backend;
for (const sampler of ['ddpm', 'ddim', 'ddim@0.5']) {
  const options = {
    steps: 8,
    sampler,
    inputScale: 1,
    normalize: false,
    weights: initialParameters(knows, 0),
    seeds: [11, 12],
  };
  const { images } = await sample(backend, knows, options);
  const error = Math.max(...images.map((v, i) => Math.abs(v - (picture.join('')[i % 64] === '#' ? 1 : 0))));
  console.log(`${sampler}: ${images.length / 64} pictures from noise, largest error ${error.toExponential(0)}`);
  if (sampler === 'ddpm') {
    for (let y = 0; y < 8; y++)
      console.log(Array.from(images.subarray(y * 8, y * 8 + 8), (v) => ' .:*#'[Math.round(v * 4)]).join(''));
  }
}
