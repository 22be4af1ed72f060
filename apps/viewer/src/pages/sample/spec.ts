import type { SamplerOption } from './protocol';

/** A sampler spec in its parts: a name, and the value after `@` or the default. */
export function readSpec(spec: string, samplers: readonly SamplerOption[]) {
  const [name, value] = spec.split('@');
  const option = samplers.find((one) => one.name === name) ?? samplers[0];
  return { option, value: value ?? option?.parameter.default };
}

/** The shortest spec of a sampler with a value: the default is left out. */
export const writeSpec = ({ name, parameter }: SamplerOption, value: number | string): string =>
  value === parameter.default ? name : `${name}@${value}`;
