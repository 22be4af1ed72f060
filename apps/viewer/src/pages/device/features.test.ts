// Reference: the features and limits that the engine's `openDevice` asks for (packages/tensor/src/webgpu/device/types.ts).
import { leastProfile } from '@noisesmith/tensor';
import { expect, it } from 'vitest';
import { featureRows, isBytes, limitUse } from './features';

it('tells each feature that the engine asks for, there or not, then the others', () => {
  const rows = featureRows(['core-features-and-limits', 'subgroups']);
  expect(rows.filter(({ use }) => use !== 'not used').map(({ feature }) => feature)).toEqual([
    'subgroups',
    'shader-f16',
    'timestamp-query',
  ]);
  expect(rows.map(({ there }) => there)).toEqual(['yes', 'no', 'no', 'yes']);
  expect(rows.at(-1)).toEqual({ feature: 'core-features-and-limits', there: 'yes', use: 'not used' });
});

it('names limits that there are, and knows bytes', () => {
  const names = Object.keys(leastProfile.limits);
  expect(names.filter((name) => limitUse(name) !== '')).toHaveLength(7);
  expect(names.filter(isBytes)).toEqual([
    'maxBufferSize',
    'maxStorageBufferBindingSize',
    'maxUniformBufferBindingSize',
    'minStorageBufferOffsetAlignment',
    'minUniformBufferOffsetAlignment',
    'maxComputeWorkgroupStorageSize',
  ]);
});
