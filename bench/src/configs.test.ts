// Reference: the token counts and widths of the benchmark's definition, worked by hand; the preset of the same name.
import { presetConfig } from '@noisesmith/runs';
import { describe, expect, it } from 'vitest';
import { CIFAR10, configs, imageSize, SMALL, selectConfigs, TINY, TINY_SMALLBATCH } from './configs';
import { networkOf } from './peers/noisesmith/network';

describe('configs', () => {
  it('cut every image into whole patches and every width into whole heads', () => {
    for (const config of configs) {
      for (const side of imageSize(config)) expect(side % config.patch).toBe(0);
      expect(config.latent_dim % config.heads).toBe(0);
      expect(Math.min(config.latent_dim, config.tape_dim) % config.rw_heads).toBe(0);
    }
  });

  it('have 49, 49, 64 and 256 tape tokens', () => {
    const tokens = [TINY, TINY_SMALLBATCH, SMALL, CIFAR10].map((config) => (imageSize(config)[0] / config.patch) ** 2);
    expect(tokens).toEqual([49, 49, 64, 256]);
  });

  it('cifar10 is the network of the preset at its batch, without dropout', () => {
    const { model, train } = presetConfig('cifar10');
    const network = networkOf(CIFAR10);
    const { dropUnits, dropPath } = network.config;
    expect({ dropUnits, dropPath }).toEqual({ dropUnits: 0, dropPath: 0 });
    expect({ ...network.config, dropUnits: model.dropUnits, dropPath: model.dropPath }).toEqual(model);
    expect(CIFAR10.batch).toBe(train.batch);
  });
});

describe('selectConfigs', () => {
  it('keeps the order given and names what it does not know', () => {
    expect(selectConfigs('small, tiny')).toEqual([SMALL, TINY]);
    expect(() => selectConfigs('tiny,huge')).toThrow(
      '"huge", expected one or more of tiny, tiny-small-batch, small, cifar10, or all',
    );
  });

  it('leaves what only a GPU does in seconds out of all', () => {
    expect(selectConfigs('all')).toEqual([TINY, TINY_SMALLBATCH, SMALL]);
    expect(selectConfigs('cifar10')).toEqual([CIFAR10]);
  });
});
