import type { Sampler } from './sampler';
import { samplerSpecUsage, samplers } from './samplers';

/**
 * Reads a sampler spec, a name of {@link samplers} alone or with a value of its parameter: `ddim`, `ddim@0.5` (eta in
 * [0, 1]), `ddpm`, `ddpm@large`, `ddpm@small`.
 * @throws RangeError, one line that names the spec and what was expected
 */
export function parseSampler(spec: string): Sampler {
  const [name, ...values] = spec.trim().split('@');
  const fail = (problem: string): never => {
    throw new RangeError(`sampler '${spec}': ${problem}; expected one of ${samplerSpecUsage.join(', ')}`);
  };
  if (values.length > 1) return fail('more than one @');
  const family = samplers.find((one) => one.name === name);
  if (!family) return fail(`unknown sampler '${name}'`);
  const [text] = values;
  if (family.kind === 'choice') {
    const { default: usual, name, values } = family.parameter;
    const value = text ?? usual;
    return values.includes(value) ? family.build(value) : fail(`unknown ${name} '${value}'`);
  }
  const { parameter } = family;
  const [least, greatest] = parameter.range;
  const value = text === undefined ? parameter.default : /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= greatest) return family.build(value);
  return fail(`${parameter.name} '${text}' is not a number in [${least}, ${greatest}]`);
}
