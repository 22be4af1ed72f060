import type { PicturePixels } from '../../ui/Picture.svelte';

/**
 * A grey picture at several noise levels, as training sees it: √γ·b·x + √(1 − γ)·ε with x and ε of variance 1 or so, shown
 * with its own variance set back to one (Section 3 of the paper), so that the eye judges the mixture, not the brightness.
 *
 * @param image [size, size] in [0, 1]
 * @param gammas one picture each
 */
export function noiseRow(
  image: ArrayLike<number>,
  size: number,
  gammas: readonly number[],
  b: number,
  noise: ArrayLike<number>,
): PicturePixels[] {
  return gammas.map((gamma) => {
    const mixed = Float32Array.from(
      { length: size * size },
      (_, i) => Math.sqrt(gamma) * b * (2 * image[i]! - 1) + Math.sqrt(1 - gamma) * noise[i]!,
    );
    const scale = Math.sqrt(gamma * b * b + 1 - gamma);
    // Noise of three standard deviations stays in sight.
    const reach = gamma + 3 * (1 - gamma);
    const data = mixed.map((value) => Math.min(1, Math.max(0, value / scale / reach / 2 + 0.5)));
    return { width: size, height: size, channels: 1, data };
  });
}
