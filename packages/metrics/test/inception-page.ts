/** What the page of the browser test runs: Inception-v3 with the weights of nsfwjs on the browser's own WebGPU. */
import { nsfwWeights, openFeatureNetwork } from '@noisesmith/metrics';
import { openDevice } from '@noisesmith/tensor';

interface Answer {
  readonly name: string;
  readonly digest: string;
  readonly features: { readonly [part in 'pool' | 'spatial' | 'logits']: number[] };
}

const inceptions = {
  /** Features of the images of `/images`, float32 of one side, one image at a time. */
  async features(variant: 'keras' | 'fid', count: number, side: number): Promise<Answer> {
    const data = new Float32Array(await (await fetch('/images')).arrayBuffer());
    using device = await openDevice();
    using network = await openFeatureNetwork(device, await nsfwWeights(variant), { batch: 1 });
    const request = { spatial: true, logits: true };
    const { logits, pool, spatial } = await network.features({ count, height: side, width: side, data }, request);
    return {
      name: network.name,
      digest: network.digest,
      features: { pool: [...pool], spatial: [...spatial!], logits: [...logits!] },
    };
  },
};

declare global {
  var inception: typeof inceptions;
}
globalThis.inception = inceptions;
