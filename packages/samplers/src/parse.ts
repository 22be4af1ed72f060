import { ddim } from './ddim';
import { ddpm } from './ddpm';
import type { Sampler } from './sampler';

/** The shapes {@link parseSampler} reads, for help texts. */
export const samplerSpecUsage: readonly string[] = ['ddim', 'ddim@eta', 'ddpm', 'ddpm@large', 'ddpm@small'];

/**
 * Reads a sampler spec: `ddim`, `ddim@0.5` (eta in [0, 1]), `ddpm`, `ddpm@large`, `ddpm@small`.
 * @throws RangeError, one line that names the spec and what was expected
 */
export function parseSampler(spec: string): Sampler {
  const [name, ...values] = spec.trim().split('@');
  const fail = (problem: string): never => {
    throw new RangeError(`sampler '${spec}': ${problem}; expected one of ${samplerSpecUsage.join(', ')}`);
  };
  if (values.length > 1) return fail('more than one @');
  const [value] = values;
  switch (name) {
    case 'ddim': {
      if (value === undefined) return ddim();
      const eta = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
      return eta >= 0 && eta <= 1 ? ddim(eta) : fail(`eta '${value}' is not a number in [0, 1]`);
    }
    case 'ddpm':
      if (value === undefined || value === 'large' || value === 'small') return ddpm(value);
      return fail(`unknown variance '${value}'`);
    default:
      return fail(`unknown sampler '${name}'`);
  }
}
