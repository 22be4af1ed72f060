// Reference: what `evaluate` of @noisesmith/metrics refuses.
import { metricNames } from '@noisesmith/metrics';
import { expect, it } from 'vitest';
import { metrics, whyNot } from './metric-choice';

const side = (kind: 'images' | 'features' | 'statistics') => ({ path: 'x', kind, format: kind });
const possible = (a: Parameters<typeof side>[0], b: Parameters<typeof side>[0], inception = false) =>
  metrics.map(({ name }) => name).filter((name) => whyNot(name, side(a), side(b), inception) === undefined);

it('offers every number there is', () => {
  expect(metrics.map(({ name }) => name).sort()).toEqual([...metricNames].sort());
});

it('offers what two sides can give', () => {
  const ofVectors = ['fid', 'kid', 'pr', 'mind', 'fid-infinity', 'memorisation'];
  expect(possible('images', 'features')).toEqual(ofVectors);
  expect(possible('images', 'images', true)).toEqual([...ofVectors, 'sfid', 'is']);
  expect(possible('images', 'statistics')).toEqual(['fid', 'fid-infinity']);
  expect(possible('images', 'statistics', true)).toEqual(['fid', 'fid-infinity', 'is']);
  expect(possible('statistics', 'images')).toEqual(['fid']);
  expect(whyNot('kid', undefined, undefined, false)).toBeUndefined();
  expect(whyNot('is', undefined, undefined, false)).toBe('needs Inception');
});
