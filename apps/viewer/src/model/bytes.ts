/** Pixels of [0, 1] to whole numbers of 0 to 255, rounded to nearest; what lies outside is clipped. */
export const toBytes = (pixels: Float32Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(pixels, (value) => Math.round(Math.min(1, Math.max(0, value)) * 255));
