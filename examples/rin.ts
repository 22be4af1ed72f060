/** The size of a network of the paper, and an untrained small one looking at one image at three noise levels. */
import { initialParameters } from '@noisesmith/diffusion';
import { parameterCount, rin, rinConfig } from '@noisesmith/rin';
import { preset } from '@noisesmith/runs';
import { compile, f32, openBackend } from '@noisesmith/tensor';

console.log(`Table 1 at 64x64: ${(parameterCount(preset('table1-64').model) / 1e6).toFixed(1)} million parameters`);

const size = { image: [8, 8], channels: 1, patch: 4, latents: 4, latentDim: 16, tapeDim: 8 } as const;
const net = rin(rinConfig({ ...size, blocks: [1, 1], heads: 2, rwHeads: 2, classes: 0 }));
const spec = {
  inputs: { x: f32(1, 8, 8, 1), timeFeatures: f32(1, net.timeFeatures.width), carry: f32(1, ...net.carryShape) },
  state: { params: net.layout },
} as const;
using backend = (await openBackend()).backend;
using look = await compile(backend, spec, ({ inputs, state }) => ({
  outputs: { ...net.apply(state.params.tensors, inputs) },
}));
look.state.write('params', initialParameters(net, 7));

const x = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const carry = new Float32Array(net.carryShape.reduce((a, b) => a * b));
for (const gamma of [0.9, 0.5, 0.1]) {
  await look.run({ x, timeFeatures: net.timeFeatures.compute([gamma]), carry });
  const [prediction, latents] = await Promise.all([look.read('prediction'), look.read('carry')]);
  const summary = Array.from(latents.subarray(0, 4), (value) => value.toFixed(2)).join(' ');
  console.log(`gamma ${gamma}: ${prediction.length} pixels of prediction; latents [${net.carryShape}] ${summary} ...`);
}
