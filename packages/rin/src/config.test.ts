// Reference: the divisibility that shapes demand, and the layout of the golden files' config metadata.
import { describe, expect, it } from 'vitest';
import { checkConfig, type RinConfig } from './config';
import { rinConfigFromMetadata, rinConfigToMetadata } from './metadata';
import { rin } from './rin';
import { fixture, tiny } from './testing/networks';

const base: RinConfig = fixture;

describe('checkConfig', () => {
  it.each<[Partial<RinConfig>, string]>([
    [{ image: [8, 9] }, 'RIN config: image width is 9; expected a multiple of patch 2'],
    [{ image: [0, 8] }, 'RIN config: image height is 0; expected a whole number of at least 1'],
    [{ latentDim: 36 }, "RIN config: latentDim is 36; expected a multiple of the time embedding's 8"],
    [{ heads: 5 }, 'RIN config: latentDim is 32; expected a multiple of heads 5'],
    [{ rwHeads: 3 }, 'RIN config: min(tapeDim, latentDim) is 16; expected a multiple of rwHeads 3'],
    [{ latents: 2 }, 'RIN config: latents is 2; expected at least 3 (time and class take a slot each)'],
    [{ blocks: [] }, 'RIN config: blocks is []; expected a list of layer counts'],
    [{ blocks: [1, -1] }, 'RIN config: blocks[1] is -1; expected a whole number of at least 0'],
    [{ classes: 1.5 }, 'RIN config: classes is 1.5; expected a whole number of at least 0'],
    [{ dropPath: 1 }, 'RIN config: dropPath is 1; expected a share in [0, 1)'],
    [{ timeScale: Number.NaN }, 'RIN config: timeScale is NaN; expected a number above 0'],
    [
      { tapePos: 'sin_cos', tapeDim: 18, rwHeads: 2 },
      "RIN config: tapeDim is 18; expected a multiple of the fixed position code's 4",
    ],
    [
      { tapeConvKernel: 3, tapeDim: 18 },
      "RIN config: tapeDim is 18; expected a multiple of the convolution's groups 4",
    ],
  ])('%o', (change, message) => {
    const config = { ...base, ...change };
    expect(() => checkConfig(config)).toThrow(new RangeError(message));
    expect(() => rin(config)).toThrow(message);
    expect(message).not.toContain('\n');
  });
});

describe('metadata', () => {
  const fields = JSON.parse(rinConfigToMetadata(base)) as Record<string, unknown>;
  const text = (change: Record<string, unknown>): string => JSON.stringify({ ...fields, ...change });

  it.each(Object.entries({ fixture, tiny }))('keeps %s', (_, config) => {
    expect(rinConfigFromMetadata(rinConfigToMetadata(config))).toEqual(config);
  });

  it('keeps every optional setting', () => {
    const config: RinConfig = {
      ...base,
      tapePos: 'sin_cos',
      latentPos: 'sin_cos_plus_learned',
      tapeConvKernel: 3,
      initializer: 'glorot',
      dropUnits: 0.1,
      dropPath: 0.2,
    };
    expect(rinConfigFromMetadata(rinConfigToMetadata(config))).toEqual(config);
  });

  it('reads a square image given as one number', () => {
    expect(rinConfigFromMetadata(text({ image: 8 })).image).toEqual([8, 8]);
    expect(rinConfigFromMetadata(text({ image: [4, 8] })).image).toEqual([4, 8]);
  });

  it.each([
    ['{', 'expected a JSON object, got "{"'],
    ['[1]', 'expected a JSON object'],
    [text({ patch: undefined }), "'patch' is undefined, expected a number"],
    [text({ blocks: 2 }), "'blocks' is 2, expected a list of numbers"],
    [text({ latent_size: 2 }), "unknown key 'latent_size'"],
    [text({ tape_pos: 'sincos' }), 'tapePos is "sincos"; expected one of learned, sin_cos, sin_cos_plus_learned'],
    [text({ heads: 3 }), 'latentDim is 32; expected a multiple of heads 3'],
  ])('refuses %s', (json, message) => {
    expect(() => rinConfigFromMetadata(json)).toThrow(message);
  });
});
