import { cosQuarter } from './cosine';
import { type Schedule, scheduleFromCurve } from './schedule';

const OFFSET = 0.0002;
const SPAN = 1.00025;

/**
 * The cosine that the reference implementation samples with: gamma = cos^2(pi/2 (t + 0.0002) / 1.00025), without a
 * clip. The offsets keep gamma inside (6.1e-9, 1 - 9.8e-8). The paper's section 2.3 calls it the standard cosine; it
 * is not `cosine@0,1,1`, from which it differs at the ends.
 *
 * Spec: `cosine`.
 */
export function offsetCosine(): Schedule {
  return scheduleFromCurve(
    'cosine',
    {
      at: (t, rest) => {
        const p = (t + OFFSET) / SPAN;
        const q = (rest + (SPAN - 1 - OFFSET)) / SPAN;
        return { signal: cosQuarter(p, q) ** 2, noise: cosQuarter(q, p) ** 2 };
      },
      time: ({ signal, noise }) => (Math.atan2(Math.sqrt(noise), Math.sqrt(signal)) / (Math.PI / 2)) * SPAN - OFFSET,
    },
    0,
  );
}
