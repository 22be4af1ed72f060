import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { InceptionV3Model } from 'nsfwjs/models/inception_v3';
import type { Features } from '../../peer';
import { INPUT_SIDE } from '../../reference/features';

/** The layer of the model whose result are the 2048 features. */
const FEATURES = 'flatten_1';

interface ModelJson {
  readonly modelTopology: Record<string, unknown>;
  readonly weightsManifest: readonly { readonly weights: tf.io.WeightsManifestEntry[] }[];
}

/** The package's Inception-v3 as its users run it: a layers model, up to the features. */
async function loadModel(): Promise<layers.LayersModel> {
  const [json, ...texts] = await Promise.all(
    [InceptionV3Model.modelJson, ...InceptionV3Model.weightBundles].map(
      async (load) => ((await load()) as { default: unknown }).default,
    ),
  );
  const { modelTopology, weightsManifest } = json as ModelJson;
  const pieces = (texts as string[]).map((text) => Buffer.from(text, 'base64'));
  const whole = await layers.loadLayersModel({
    load: async () => ({
      modelTopology,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: new Uint8Array(Buffer.concat(pieces)).buffer,
    }),
  });
  const output = whole.getLayer(FEATURES).output as layers.SymbolicTensor;
  return layers.model({ inputs: whole.inputs, outputs: output });
}

export async function openFeatures(batch: number): Promise<Features> {
  const model = await loadModel();
  return {
    async features(images) {
      const features = tf.tidy(() => {
        const x = tf.tensor4d(images, [batch, INPUT_SIDE, INPUT_SIDE, 3]);
        return model.predict(x, { batchSize: batch }) as tf.Tensor;
      });
      const values = (await features.data()) as Float32Array<ArrayBuffer>;
      features.dispose();
      return values;
    },
  };
}
