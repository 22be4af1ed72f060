/** Numbers of three generators whose quality is known: a perfect one, one that has collapsed, one that copies. */
import {
  expectedBias,
  type FeatureSet,
  frechetDistanceOfSets,
  kernelDistance,
  memorisation,
  mind,
  momentsOf,
  precisionRecall,
} from '@noisesmith/metrics';

const size = 8;

/** Points of a normal distribution: with this generator of ours, what the features of images are elsewhere. */
function draw(count: number, seed: number, spread = 1): FeatureSet {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const normal = () => spread * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { count, size, rows: Float32Array.from({ length: count * size }, normal) };
}

const training = draw(800, 1);
const heldOut = draw(400, 2);
const generators: Record<string, FeatureSet> = {
  perfect: draw(500, 3),
  collapsed: draw(500, 4, 0.3),
  copying: { count: 500, size, rows: training.rows.slice(0, 500 * size) },
};

for (const [name, samples] of Object.entries(generators)) {
  const distance = frechetDistanceOfSets(samples, training);
  const { full, standardError } = kernelDistance(samples, training, { subsetSize: 100 });
  const { coverage, density, precision, recall } = precisionRecall(samples, training);
  const { nearer } = memorisation(samples, training, { heldOut });
  console.log(
    `${name}: Fréchet ${distance.toFixed(3)}, KID ${full!.toFixed(4)} (±${standardError.toFixed(4)} by subsets),`,
  );
  console.log(
    `  MIND ${mind(samples, training).toFixed(2)}, precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)},`,
  );
  console.log(
    `  density ${density.toFixed(2)}, coverage ${coverage.toFixed(2)}, nearer than held-out images ${nearer.toFixed(2)}`,
  );
}
console.log(`500 perfect samples have about ${expectedBias(momentsOf(training), 500).toFixed(3)}`);
