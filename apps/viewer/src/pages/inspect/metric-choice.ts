import type { MetricName } from '@noisesmith/metrics';

/** What a side turned out to hold. */
export interface SideFacts {
  readonly path: string;
  readonly kind: 'images' | 'features' | 'statistics';
  /** Images or vectors; undefined where statistics do not tell. */
  readonly count?: number | undefined;
  /** `png`, `npz`, … */
  readonly format: string;
  /** Length of the vectors of features or statistics. */
  readonly size?: number | undefined;
}

/** A number that can be asked for, in words. */
export interface Metric {
  readonly name: MetricName;
  readonly label: string;
  readonly hint: string;
}

export const metrics: readonly Metric[] = [
  {
    name: 'fid',
    label: 'Fréchet distance',
    hint: 'FID, where the features are Inception’s: means and covariances apart',
  },
  { name: 'kid', label: 'Kernel distance', hint: 'KID: unbiased, good for few pictures' },
  { name: 'pr', label: 'Precision and recall', hint: 'with density and coverage: how real, and how varied' },
  { name: 'mind', label: 'MIND', hint: 'sliced Wasserstein distance; quick, and made for few pictures' },
  { name: 'fid-infinity', label: 'FID of infinitely many', hint: 'the line through smaller sets, carried on' },
  { name: 'memorisation', label: 'Memorisation', hint: 'how near samples lie to their nearest reference picture' },
  { name: 'sfid', label: 'Spatial FID', hint: 'of an inner map of Inception' },
  { name: 'is', label: 'Inception Score', hint: 'of the samples alone, by the classes of Inception' },
];

/**
 * Why a number cannot be had of two sides, in a few words; undefined where it can.
 * @param inception whether features are Inception's, made here
 */
export function whyNot(
  name: MetricName,
  samples: SideFacts | undefined,
  reference: SideFacts | undefined,
  inception: boolean,
): string | undefined {
  const statistics = [samples, reference].find((side) => side?.kind === 'statistics');
  if (name === 'is' || name === 'sfid') {
    if (!inception) return 'needs Inception';
    const other = [samples, name === 'sfid' ? reference : undefined].find((side) => side && side.kind !== 'images');
    return other && `needs pictures, not ${other.kind}`;
  }
  if (name === 'fid') return undefined;
  if (name === 'fid-infinity') return samples?.kind === 'statistics' ? 'needs samples, not statistics' : undefined;
  return statistics && 'needs pictures or features, not statistics';
}
