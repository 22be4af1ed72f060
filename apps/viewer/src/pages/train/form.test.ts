// Reference: the definition.
import { expect, it } from 'vitest';
import { duration, settingsOf, titleOf } from './form';
import { defaultSettings } from './settings';

const empty = { size: '', batch: '', steps: '', more: '', schedule: '', scale: '', rate: '' };

it('is as the page has it where nothing is given', () => {
  for (const [kind, settings] of Object.entries(defaultSettings)) {
    expect(settingsOf(kind as keyof typeof defaultSettings, empty)).toEqual(settings);
  }
});

it('reads numbers, and keeps what is none to be refused', () => {
  const settings = settingsOf('digits', { ...empty, batch: '12', rate: '1e-3', steps: 'many', schedule: ' cosine ' });
  expect(settings).toMatchObject({ batch: 12, learningRate: 1e-3, steps: Number.NaN, schedule: 'cosine' });
  expect(titleOf({ ...settings, inputScale: 0.5 })).toBe('Digits, cosine, b 0.5');
});

it('says how long', () => {
  expect([0.4, 8, 185, 3720].map(duration)).toEqual(['0 s', '8 s', '3 min 5 s', '1 h 2 min']);
});
