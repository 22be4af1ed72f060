// Reference: the token counts and widths of the benchmark's definition, worked by hand.
import { describe, expect, it } from 'vitest';
import { configs, imageSize, SMALL, selectConfigs, TINY, TINY_SMALLBATCH } from './configs';

describe('configs', () => {
  it('cut every image into whole patches and every width into whole heads', () => {
    for (const config of configs) {
      for (const side of imageSize(config)) expect(side % config.patch).toBe(0);
      expect(config.latent_dim % config.heads).toBe(0);
      expect(Math.min(config.latent_dim, config.tape_dim) % config.rw_heads).toBe(0);
    }
  });

  it('have 49, 49 and 64 tape tokens', () => {
    const tokens = [TINY, TINY_SMALLBATCH, SMALL].map((config) => (imageSize(config)[0] / config.patch) ** 2);
    expect(tokens).toEqual([49, 49, 64]);
  });
});

describe('selectConfigs', () => {
  it('keeps the order given and names what it does not know', () => {
    expect(selectConfigs('small, tiny')).toEqual([SMALL, TINY]);
    expect(() => selectConfigs('tiny,huge')).toThrow('"huge", expected one or more of tiny, tiny-small-batch, small');
  });
});
