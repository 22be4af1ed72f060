import { resizeAll } from '@noisesmith/data';
import type { FeatureNetwork } from '../feature-network';
import type { ImageBatch } from '../image-batch';

/** Of what a network of {@link pixelNetwork} makes features. */
export interface PixelOptions {
  /** Side of the square to which images are averaged. Default 16. */
  readonly side?: number;
  /** 1: the mean of the three; for grey images that is all there is. Default 3. */
  readonly channels?: 1 | 3;
}

/** The options that a name of such a network stands for: `pixels`, `pixels-8x8x1`; undefined for another network's name. */
export function pixelOptions(name: string): PixelOptions | undefined {
  const [, side, channels] = /^pixels(?:-(\d+)x\1x([13]))?$/.exec(name) ?? [undefined];
  if (side !== undefined) return { side: Number(side), channels: channels === '1' ? 1 : 3 };
  return name === 'pixels' ? {} : undefined;
}

const CAVEAT =
  'features are averaged pixels: sets are compared by mean and covariance of brightness, not by what they show; the numbers are not comparable with FID';

/** RGB [n, h, w, 3] → [n, h·w], the mean of the channels. */
function toGreyMean(data: Float32Array): Float32Array {
  return Float32Array.from(
    { length: data.length / 3 },
    (_, p) => (data[3 * p]! + data[3 * p + 1]! + data[3 * p + 2]!) / 3,
  );
}

/**
 * Images themselves as features, averaged to a few pixels: no weights, no device, hardly any time. Made for following the
 * training of small networks; a distance of these features falls as samples come near the data in brightness and its
 * correlations between places.
 */
export async function pixelNetwork({ channels = 3, side = 16 }: PixelOptions = {}): Promise<FeatureNetwork> {
  const name = `pixels-${side}x${side}x${channels}`;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name)));
  return {
    name,
    digest: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    resize: 'area',
    featureSize: side * side * channels,
    caveat: CAVEAT,
    async features(images: ImageBatch) {
      const small = resizeAll({ ...images, channels: 3 }, side, side, 'area');
      return { count: images.count, pool: channels === 3 ? small : toGreyMean(small) };
    },
    [Symbol.dispose]() {},
  };
}
