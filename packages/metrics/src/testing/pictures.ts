import type { ImageBatch } from '../image-batch';

/** Pictures of shapes, gradients and fine patterns in all colours, each another one; samples in [0, 1]. */
export function pictures(count: number, side: number): ImageBatch {
  const data = new Float32Array(count * side * side * 3);
  let at = 0;
  for (let image = 0; image < count; image++) {
    const [cx, cy, radius] = [0.3 + 0.17 * image, 0.6 - 0.11 * image, 0.15 + 0.06 * image].map((n) => n * side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const inside = Math.hypot(x - cx!, y - cy!) < radius!;
        const stripes = 0.5 + 0.5 * Math.sin((0.05 + 0.11 * image) * x + (0.31 - 0.07 * image) * y);
        for (let c = 0; c < 3; c++) {
          const ground = (x * (c + 1 + image) + y * (3 - c)) / (side * (5 + image));
          data[at++] = inside
            ? [stripes, 1 - stripes, 0.9][(c + image) % 3]!
            : Math.min(1, 0.25 * ground + 0.5 * stripes);
        }
      }
    }
  }
  return { count, height: side, width: side, data };
}
