import { compact } from '../../ui/ticks';

/** 0.8324 is 83.2 %; what is next to all or nothing shows two digits of what it lacks, four decimals at most. */
export function percent(share: number): string {
  const value = 100 * share;
  const rest = Math.min(Math.abs(value), Math.abs(100 - value));
  const digits = rest === 0 || rest >= 1 ? 1 : Math.min(4, 1 - Math.floor(Math.log10(rest)));
  return `${value.toFixed(digits).replace(/^-/, '−')} %`;
}

/** A logSNR, signed. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

/** An input scale, a few digits. */
export const scale = (b: number): string => compact(Number(b.toPrecision(3)));

/** What drowns at a size: the finest detail above the noise is `finest` pixels wide. */
export function drowning(size: number, finest: number | undefined): string {
  if (finest === undefined) return 'everything drowns';
  if (finest === 0) return 'nothing drowns';
  const width = finest < 10 ? finest.toFixed(1) : Math.round(finest);
  return `details finer than ${width} pixels drown, ${percent(finest / size)} of the width`;
}

/** Powers of ten as such, other numbers in a few digits. */
export function power(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (Math.abs(exponent) < 3 || Math.abs(value / 10 ** exponent - 1) > 1e-9) return compact(value);
  const digits = [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]));
  return `10${digits.join('')}`;
}
