// Reference: parameter counts of the official TensorFlow code, instantiated for the six rows of Table 1 and for its
// CIFAR-10 configuration. Table 1 prints them rounded: 214, 215, 319, 320 (a misprint of 320.6), 408 and 412 million.
import { describe, expect, it } from 'vitest';
import { tapeTokens } from './config';
import { parameterCount } from './forward';
import { type RinPresetName, rinPreset, rinPresets } from './presets';
import { rin } from './rin';

describe('parameter counts', () => {
  it.each<[RinPresetName, number]>([
    ['table1-64', 214_483_136],
    ['table1-128', 214_581_440],
    ['table1-256', 319_033_536],
    ['table1-512', 320_606_400],
    ['table1-768', 408_282_304],
    ['table1-1024', 411_952_320],
    ['cifar10', 30_951_180],
    ['fixture', 74_876],
  ])('%s has %i', (name, count) => {
    expect(parameterCount(rinPresets[name])).toBe(count);
  });
});

describe('presets', () => {
  it('have the tape of Table 1', () => {
    const tokens = Object.entries(rinPresets).map(([name, config]) => [name, tapeTokens(config), config.tapeDim]);
    expect(tokens.slice(0, 6)).toEqual([
      ['table1-64', 64, 512],
      ['table1-128', 256, 512],
      ['table1-256', 1024, 512],
      ['table1-512', 4096, 512],
      ['table1-768', 9216, 512],
      ['table1-1024', 16384, 512],
    ]);
    expect(tapeTokens(rinPresets.tiny)).toBe(49);
  });

  it.each(Object.keys(rinPresets))('%s can be built', (name) => {
    const { layout, imageShape, carryShape } = rin(rinPreset(name));
    expect(layout.size).toBeGreaterThanOrEqual(parameterCount(rinPreset(name)));
    expect(imageShape[2]).toBe(3);
    expect(carryShape).toHaveLength(2);
  });

  it('an unknown name is answered with the known ones', () => {
    expect(() => rinPreset('table1-96')).toThrow(
      /^RIN preset 'table1-96' is unknown; expected one of table1-64, .*, fixture$/,
    );
    expect(() => rinPreset('toString')).toThrow('unknown');
  });
});
