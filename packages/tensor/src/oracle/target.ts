import type { Target } from '../plan/target';
import type { Profile } from '../profile';

/**
 * What the oracle is to the planner, which tells it no more than what is kept as halves: named calls are whole, and there is
 * nothing to compile. Kernels are given few buffers, as those of most backends are.
 */
export const oracleTarget = (profile: Profile): Target<never> => ({
  name: 'oracle',
  profile,
  identity: [profile.description],
  limits: { operands: 8, operandBytes: 2 ** 27, alignment: 64, sharedBuffers: false, keptBytes: 0 },
  defaults: new Map(),
  candidates: () => [{ name: 'meaning', suits: true }],
  lower: () => ({ kernels: [] }),
  keyOf: () => '',
  samples: () => [],
});
