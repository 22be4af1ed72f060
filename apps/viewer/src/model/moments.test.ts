// Times and words worked by hand.
import { expect, it } from 'vitest';
import { lambdaDomain, momentAt, momentText } from './moments';

const moments = [
  { t: 1, logSnr: -18.4 },
  { t: 0.5, logSnr: -0.25 },
  { t: 0, logSnr: Number.POSITIVE_INFINITY },
];

it('finds the nearest moment, the noisier one where two are as near', () => {
  expect([1, 0.9, 0.75, 0.7, 0.3, 0].map((t) => momentAt(moments, t))).toEqual([0, 0, 0, 1, 1, 2]);
});

it('says where a moment is', () => {
  expect(moments.map((_, i) => momentText(moments, i))).toEqual([
    'step 1 of 2, t = 1.00, λ = −18.4',
    'step 2 of 2, t = 0.50, λ = −0.3',
    'the sample, t = 0.00, λ = ∞',
  ]);
  expect(momentText(moments, 3)).toBe('');
});

it('shows the range of λ that steps are in', () => {
  expect(lambdaDomain([moments])).toEqual([-5, 5]);
  expect(lambdaDomain([moments, [moments[0]!, { t: 0.3, logSnr: 7.2 }, moments[2]!]])).toEqual([-9, 9]);
});
