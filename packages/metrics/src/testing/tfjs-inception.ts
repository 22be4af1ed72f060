import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel, model as modelOf, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { InceptionV3Model } from 'nsfwjs/models/inception_v3';

/** The layers of nsfwjs's Inception-v3 that are compared: features, the map of sFID, the classifier's result. */
const outputs = ['average_pooling2d_10', 'activation_51', 'dense_3'] as const;

/** The same weights run by TensorFlow.js on WebAssembly. */
export interface TfjsInception extends Disposable {
  /** Images [n, 299, 299, 3] in [0, 1]. Features [n, 2048], map [n, 17, 17, 192], probabilities [n, 5]. */
  run(images: Float32Array): { features: Float32Array; map: Float32Array; probabilities: Float32Array };
}

/** @param lastPool what the pool of the last block takes: a mean, as the network was made, or a maximum, as in FID's */
export async function openTfjsInception(lastPool: 'average' | 'max' = 'average'): Promise<TfjsInception> {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(main)}/`);
  await tf.setBackend('wasm');
  const json = (await InceptionV3Model.modelJson()).default as unknown as {
    modelTopology: { model_config: { config: { layers: { class_name: string; config: { name: string } }[] } } };
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const topology = structuredClone(json.modelTopology);
  for (const layer of topology.model_config.config.layers) {
    if (lastPool === 'max' && layer.config.name === 'average_pooling2d_9') layer.class_name = 'MaxPooling2D';
  }
  const texts = await Promise.all(InceptionV3Model.weightBundles.map(async (load) => (await load()).default));
  const weights = Buffer.concat(texts.map((text) => Buffer.from(text as string, 'base64')));
  const whole: LayersModel = await loadLayersModel(
    tf.io.fromMemory({
      modelTopology: topology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: new Uint8Array(weights).buffer,
    }),
  );
  const net = modelOf({
    inputs: whole.inputs,
    outputs: outputs.map((name) => whole.getLayer(name).output as SymbolicTensor),
  });
  return {
    run(images) {
      const n = images.length / (299 * 299 * 3);
      const results = tf.tidy(() => net.predict(tf.tensor4d(images, [n, 299, 299, 3])) as tf.Tensor[]);
      const [features, map, probabilities] = results.map((result) => result.dataSync() as Float32Array);
      tf.dispose(results);
      return { features: features!, map: map!, probabilities: probabilities! };
    },
    [Symbol.dispose]: () => whole.dispose(),
  };
}

/** Of a map [n, 17, 17, 192] what sFID takes: the first seven channels of each place. */
export const firstChannels = (map: Float32Array): number[] => [...map].filter((_, i) => i % 192 < 7);

/** Probabilities of logits [n, classes]. */
export function softmax(logits: ArrayLike<number>, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, row) => {
    const exps = Array.from({ length: classes }, (_, i) => Math.exp(logits[row * classes + i]!));
    const sum = exps.reduce((a, b) => a + b);
    return exps.map((e) => e / sum);
  }).flat();
}
