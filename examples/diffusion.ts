/** An image is noised, and whoever knows the noise gets the image back, whatever quantity the network is to predict. */
import {
  addNoise,
  normalizeVariance,
  perExample,
  predictedX0,
  predictionTarget,
  predictionTypes,
  scaleImage,
  unscaleImage,
} from '@noisesmith/diffusion';
import { evaluate, literal, mean, square, sub, variance } from '@noisesmith/tensor';

const INPUT_SCALE = 0.5;
const image = literal(
  Float32Array.from({ length: 64 }, (_, i) => (i % 8) / 7),
  [1, 8, 8, 1],
);
const noise = literal(
  Float32Array.from({ length: 64 }, (_, i) => 1.4 * Math.sin(i * i)),
  [1, 8, 8, 1],
);

for (const gamma of [0.9, 0.5, 0.1]) {
  const level = (value: number) => perExample(literal(Float32Array.of(Math.sqrt(value)), [1]), 4);
  const at = { alpha: level(gamma), sigma: level(1 - gamma) };
  const x0 = scaleImage(image, INPUT_SCALE);
  const x = addNoise(x0, noise, at.alpha, at.sigma);
  const errors = predictionTypes.map((type) => {
    const perfect = predictionTarget(type, x0, noise, at);
    const restored = unscaleImage(predictedX0(type, perfect, x, at), INPUT_SCALE);
    return mean(square(sub(restored, image)));
  });
  const [before, after, ...found] = evaluate([variance(x), variance(normalizeVariance(x)), ...errors], {});
  console.log(`gamma ${gamma}: variance ${before![0]!.toFixed(3)}, for the network ${after![0]!.toFixed(3)}`);
  predictionTypes.forEach((type, i) => {
    console.log(`  image from ${type}: mean squared error ${found[i]![0]!.toExponential(0)}`);
  });
}
