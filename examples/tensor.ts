/** A softmax regression on points in three clusters, trained on the GPU. */
import { compile, crossEntropy, f32, grad, matmul, mul, openBackend, sub, u32 } from '@noisesmith/tensor';

const CLUSTERS = [
  [2, 0, 1],
  [-1, 2, 1],
  [-1, -2, 1],
] as const; // the last coordinate is the bias
const POINTS = 60;
const label = Uint32Array.from({ length: POINTS }, (_, i) => i % 3);
const x = Float32Array.from({ length: POINTS * 3 }, (_, i) => {
  const wobble = i % 3 === 2 ? 0 : 0.8 * Math.sin(12.9898 * i);
  return CLUSTERS[Math.floor(i / 3) % 3]![i % 3]! + wobble;
});

using backend = (await openBackend()).backend;
using step = await compile(
  backend,
  { state: { w: f32(3, 3) }, inputs: { x: f32(POINTS, 3), label: u32(POINTS) }, scalars: ['rate'] },
  ({ state, inputs, scalars }) => {
    const loss = crossEntropy(matmul(inputs.x, state.w), inputs.label);
    const { w } = grad(loss, { w: state.w });
    return { outputs: { loss }, state: { w: sub(state.w, mul(scalars.rate, w)) } };
  },
);
for (let i = 0; i <= 100; i++) {
  await step.run({ x, label }, { rate: 0.5 });
  if (i % 20 === 0) console.log(`step ${i}: loss ${(await step.read('loss'))[0]!.toFixed(4)}`);
}
