// Reference: the presets, which are sound; each message's own words.
import { SettingError } from '@noisesmith/training';
import { describe, expect, it } from 'vitest';
import { checkRunConfig } from './check';
import { presetConfig } from './config';
import { presets } from './presets';
import { applySettings, differences } from './settings';

const setting = (path: string, value: unknown) => ({ path, value, from: `--set ${path}` });
const changed = (path: string, value: unknown) => applySettings(presetConfig('mnist-tiny'), [setting(path, value)]);

describe('a configuration', () => {
  it.each(Object.keys(presets))('of %s is sound and reads as itself from JSON', (name) => {
    const config = presetConfig(name);
    expect(checkRunConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each([
    ['data.size', 7.5, 'data.size is 7.5; expected a whole number >= 1'],
    ['data.channels', 2, 'data.channels is 2; expected one of 1, 3'],
    ['data.flip', 1, 'data.flip is 1; expected true or false'],
    ['data.source', 5, 'data.source is 5; expected a string, or null'],
    ['model.image', '14', 'model.image is "14"; expected a list of 2 whole numbers >= 1'],
    ['backend', 'cuda', 'backend is "cuda"; expected one of auto, webgpu, wasm, oracle'],
    ['model.heads', '4', 'model.heads is "4"; expected a whole number >= 1'],
    ['model.dropUnits', '0.1', 'model.dropUnits is "0.1"; expected a number >= 0 and <= 1'],
    ['model.dropPath', 1, 'model: RIN config: dropPath is 1; expected a share in [0, 1)'],
    ['model.tapePos', 'fixed', 'model.tapePos is "fixed"; expected one of learned, sin_cos, sin_cos_plus_learned'],
    ['train.batch', '8', 'train.batch is "8"; expected a whole number >= 1'],
    ['sampling.steps', 0, 'sampling.steps is 0; expected a whole number >= 1'],
    ['sampling.guidance', '1', 'sampling.guidance is "1"; expected a number'],
    ['sampling.sampler', 'euler', 'sampling.sampler: '],
    ['sampling.schedule', 'cosin', 'sampling.schedule: bad schedule spec "cosin"'],
    ['output.keep', 0, 'output.keep is 0; expected a whole number >= 1'],
    ['model.classes', 0, 'sampling.guidance is 1; expected 0 for a network without classes (model.classes)'],
    ['data.size', 16, 'data.size is 16 but model.image is 14x14; set both, e.g. --set model.image=[16,16]'],
  ])('with %s = %j is refused', (path, value, message) => {
    const check = (): unknown => checkRunConfig(changed(path, value));
    expect(check).toThrow(SettingError);
    expect(check).toThrow(message);
    expect(check).not.toThrow('\n');
  });

  it.each([
    [{ preset: 'x' }, 'model is missing; expected an object'],
    [{ ...presetConfig('mnist-tiny'), train: 3 }, 'train is 3; expected an object'],
    [{ ...presetConfig('mnist-tiny'), extra: {} }, 'extra is unknown; expected one of backend, model, data, train'],
    [{ ...presetConfig('mnist-tiny'), preset: 4 }, 'preset is 4; expected a name'],
    [{ ...presetConfig('mnist-tiny'), sampling: undefined }, 'sampling.steps is missing'],
  ])('that lacks a part, or has another, is refused: %#', (config, message) => {
    expect(() => checkRunConfig(config)).toThrow(message);
  });
});

describe('settings', () => {
  it('that are null stand for what the preset has, but where null is a value', () => {
    const before = presetConfig('mnist-tiny');
    for (const path of [
      'train.batch',
      'train.predictionType',
      'train.optimizer.name',
      'model.classes',
      'output.keep',
    ]) {
      expect(changed(path, null), path).toEqual(before);
    }
    expect(changed('train.gradientClip', null).train.gradientClip).toBeNull();
    expect(changed('data.source', null).data.source).toBeNull();
  });

  it('of an unknown path are answered with the nearest', () => {
    expect(() => changed('train.learningrate.base', 1)).toThrow(
      '--set train.learningrate.base: train.learningrate.base is unknown; did you mean train.learningRate.base?',
    );
    expect(() => changed('__proto__.x', 1)).toThrow('__proto__.x is unknown');
  });

  it('are told apart by path, with both values', () => {
    expect(differences(presetConfig('mnist-tiny'), changed('train.steps', 9))).toEqual([
      { path: 'train.steps', a: 7000, b: 9 },
    ]);
  });
});
