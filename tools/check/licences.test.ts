// Reference: the licences' identifiers in the SPDX list; which of them may be used is this project's own rule.
import { expect, it } from 'vitest';
import { licenceProblems } from './licences.mjs';

const of = (licence: string, name = 'a') => ({ [licence]: [{ name, versions: ['1.0.0'] }] });

it.each(['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause', '0BSD'])('%s may be published with', (licence) => {
  expect(licenceProblems(of(licence), 'published')).toEqual([]);
});

it.each(['GPL-3.0-only', 'MPL-2.0', 'LGPL-3.0-or-later', 'Unknown', 'CC-BY-NC-4.0'])('%s may not', (licence) => {
  expect(licenceProblems(of(licence), 'published')[0]).toContain(
    `a@1.0.0: licence "${licence}", expected one of MIT, ISC`,
  );
});

it('tools may ask for more, but not for everything', () => {
  expect(licenceProblems(of('MPL-2.0'), 'repository')).toEqual([]);
  expect(licenceProblems(of('GPL-3.0-only'), 'repository')).toHaveLength(1);
});

it.each([
  ['MIT OR GPL-3.0-only', true],
  ['(GPL-3.0-only OR ISC)', true],
  ['Apache-2.0 AND MIT', true],
  ['Apache-2.0 AND GPL-3.0-only', false],
  ['GPL-3.0-only AND MIT OR ISC', true],
  ['GPL-2.0-only OR GPL-3.0-only', false],
])('%s can be met: %s', (expression, met) => {
  expect(licenceProblems(of(expression), 'published').length === 0).toBe(met);
});

it('a package whose licence is a file was read', () => {
  expect(licenceProblems(of('Unknown', 'spawndamnit'), 'repository')).toEqual([]);
});
