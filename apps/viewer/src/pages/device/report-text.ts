import type { Measurement } from './benchmark';
import type { DeviceDescription } from './describe';

/** A number of a measurement, in digits that mean something. */
export const measured = ({ unit, value }: Pick<Measurement, 'unit' | 'value'>): string =>
  `${Number(value.toPrecision(4))} ${unit}`;

/** What was measured and on what, as text to take away. */
export function reportText(
  { about, words }: Pick<DeviceDescription, 'about' | 'words'>,
  all: readonly Measurement[],
  userAgent: string,
): string {
  const rows = all.map((one) => [one.name, measured(one), one.how] as const);
  const width = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length));
  return [
    words,
    about.map(([name, value]) => `${name.toLowerCase()} ${value}`).join('; '),
    userAgent,
    ...rows.map(([name, value, how]) => `${name.padEnd(width(0))}  ${value.padStart(width(1))}  ${how}`),
    '',
  ].join('\n');
}
