// Reference: the definition, on settings written here.
import { expect, it } from 'vitest';
import { settingRows } from './settings-table';

it('settings stand side by side, and those that differ are told', () => {
  const rows = settingRows([
    { settings: { preset: 'x', 'train.batch': 4, 'model.blocks': [1, 2] } },
    { settings: { preset: 'x', 'train.batch': 8, 'model.blocks': [1, 2], 'data.source': null } },
  ]);
  expect(rows).toEqual([
    { path: 'preset', values: ['x', 'x'], differs: false },
    { path: 'train.batch', values: ['4', '8'], differs: true },
    { path: 'model.blocks', values: ['[1,2]', '[1,2]'], differs: false },
    { path: 'data.source', values: [undefined, 'null'], differs: true },
  ]);
});
