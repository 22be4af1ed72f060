// Reference: the definition in the docstrings; what the run itself says of a wrong setting.
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../settings';
import { imageConfig, moreSettings, patchOf, pointsConfig, settingErrors } from './run-settings';

const { digits, points } = defaultSettings;
const facts = { channels: 1, classes: 10 } as const;

describe('the configuration of pictures', () => {
  it('is the preset with what the page has', () => {
    const { data, model, train } = imageConfig({ ...digits, schedule: 'cosine', inputScale: 0.5, size: 28 }, facts);
    expect([data.size, model.image, model.patch, model.classes]).toEqual([28, [28, 28], 4, 10]);
    expect([train.schedule, train.inputScale, train.steps]).toEqual(['cosine', 0.5, 7000]);
    expect(model.latents).toBe(16);
  });

  it('takes settings as the command line does', () => {
    const more = '--set train.seed=7  model.blocks=[1] sampling.sampler=ddpm';
    expect(moreSettings(more).map(({ path, value }) => [path, value])).toEqual([
      ['train.seed', 7],
      ['model.blocks', [1]],
      ['sampling.sampler', 'ddpm'],
    ]);
    expect(imageConfig({ ...digits, more }, facts)).toMatchObject({ train: { seed: 7 }, model: { blocks: [1] } });
  });

  it('has no guidance where there are no classes', () => {
    expect(imageConfig(digits, { channels: 3, classes: 0 }).sampling.guidance).toBe(0);
  });

  it.each([
    [14, 2],
    [16, 2],
    [28, 4],
    [32, 4],
    [64, 8],
    [15, 1],
  ])('cuts %i pixels into patches of %i', (size, patch) => {
    expect(patchOf(size)).toBe(patch);
  });
});

describe('wrong settings', () => {
  it('are told at their fields, all of them', () => {
    const errors = settingErrors({ ...digits, schedule: 'cosin', batch: 0, steps: 1.5, more: 'modle.heads=2' }, facts);
    expect(Object.keys(errors).sort()).toEqual(['batch', 'more', 'schedule', 'steps']);
    expect(errors.batch).toMatch(/train.batch is 0; expected a whole number/);
    expect(errors.more).toMatch(/modle.heads is unknown/);
    expect(Object.values(errors).join('')).not.toContain('\n');
  });

  it('are told of points too', () => {
    expect(settingErrors({ ...points, inputScale: -1 }, facts)).toEqual({
      inputScale: expect.stringMatching(/train.inputScale is -1; expected a number > 0/),
    });
  });

  it('are none where there are none', () => {
    expect(settingErrors(digits, facts)).toEqual({});
    expect(settingErrors(points, facts)).toEqual({});
    expect(pointsConfig(points).normalize).toBe(false);
  });
});
