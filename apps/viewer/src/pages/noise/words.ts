import { compact } from '../../ui/ticks';

/** 0.8324 is 83.2 %; what is next to all or nothing has as many digits as tell it from them. */
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
export function drowning(finest: number | undefined): string {
  if (finest === undefined) return 'everything drowns';
  if (finest === 0) return 'nothing drowns';
  return `details finer than ${pixels(finest)} drown`;
}

/** A width in pixels, with a digit after the point where it is small. */
export const pixels = (width: number): string => `${width < 10 ? width.toFixed(1) : Math.round(width)} pixels`;
