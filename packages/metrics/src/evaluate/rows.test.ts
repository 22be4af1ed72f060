// Reference: the numbers of an evaluation made up here, rounded to six digits by hand.
import { expect, it } from 'vitest';
import type { Evaluation } from './result';
import { aboutRows, numberRows, pairRows, repeatRows } from './rows';

const summary = { mean: 2, minimum: 1, maximum: 3, std: 1 };
const distances = { count: 40, minimum: 0.1, median: 0.2, mean: 0.2, maximum: 0.5 };
const found = {
  samples: { path: 'a.npz', count: 12_345, format: 'npz' },
  reference: { path: 'b', count: null, format: 'statistics', fingerprint: 'abcdef0123456789' },
  network: null,
  weights: null,
  resize: null,
  fid: 1.23456789,
  kid: { full: 0.00001234567, mean: 2, std: 0.5, standardError: 0.05, subsets: 100, subsetSize: 1000 },
  precision: 0.5,
  k: 3,
  mind: 12345678.9,
  inceptionScore: { mean: 9.5, std: 0, splits: 1, logitBias: false },
  memorisation: {
    samples: distances,
    unseen: distances,
    unseenAre: 'held-out',
    nearer: 0.515,
    nearerThanAll: 0,
    closest: [{ sample: 1, reference: 2, distance: 0.25, sampleName: 'x', referenceName: 'y' }],
  },
  seed: 4,
  warnings: [],
} as unknown as Evaluation;

it('each number stands with its name, and with what it takes to read it', () => {
  expect(numberRows(found)).toEqual([
    ['Fréchet distance (fid)', '1.23457', ''],
    ['kernel distance (kid)', '1.2346e-5', '100 subsets of 1000: 2 ± 0.5'],
    ['precision', '0.5', 'k 3'],
    ['Inception Score (is)', '9.5', '1 split, logits without bias'],
    ['sliced Wasserstein distance (mind)', '1.2346e+7', ''],
    [
      'samples nearer to the reference than unseen images',
      '51.5 %',
      '50 %: no sign of memory; nearest 0.1, median 0.2; held-out images 0.1, 0.2',
    ],
  ]);
});

it('beside them what was measured, the parts, and the closest pairs', () => {
  expect(aboutRows(found)).toEqual([
    ['samples', 'a.npz (12,345, npz)'],
    ['reference', 'b (unknown number, statistics, abcdef012345)'],
    ['network', 'not known'],
    ['seed', '4'],
  ]);
  expect(aboutRows({ ...found, network: 'tiny', weights: 'd1', resize: 'tf1' }).slice(2)).toEqual([
    ['network', 'tiny'],
    ['weights', 'SHA-256 d1'],
    ['resize', 'tf1'],
    ['seed', '4'],
  ]);
  expect(repeatRows({ count: 2, images: 6172, fid: summary } as never)).toEqual([
    ['in 2 random parts of 6,172 samples'],
    ['Fréchet distance (fid)', 'mean 2', 'minimum 1', 'maximum 3'],
  ]);
  expect(pairRows(found)).toEqual([['x', 'y', '0.25']]);
});
