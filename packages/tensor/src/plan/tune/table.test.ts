// References: package.json for the version; the fields of the profile for the key; JSON for the text of a table.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AdapterProfile } from '../../webgpu/device/types';
import { webgpuTarget } from '../../webgpu/target';
import { kernelDigest } from './kernel-digest';
import { choicesOf, formatTable, parseTable, tuningKey } from './table';
import { ENGINE_VERSION } from './version';

const profile = {
  vendor: 'mesa',
  architecture: '',
  device: '',
  description: 'llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)',
  software: true,
  subgroupSize: 8,
  limits: {},
} as unknown as AdapterProfile;
const keyOf = (of: AdapterProfile): string => tuningKey(webgpuTarget(of));

it('ENGINE_VERSION is the version of the package', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  expect((JSON.parse(text) as { version: string }).version).toBe(ENGINE_VERSION);
});

describe('tuningKey', () => {
  it('is the same for the same adapter', () => {
    expect(keyOf({ ...profile })).toBe(keyOf(profile));
  });
  it.each([
    { vendor: 'intel' },
    { architecture: 'xe' },
    { device: '0x1' },
    { description: 'llvmpipe: Mesa 25.0.8 (LLVM 15.0.6)' },
    { software: false },
    { subgroupSize: 4 },
  ])('is another with %o', (change) => {
    expect(keyOf({ ...profile, ...change })).not.toBe(keyOf(profile));
  });
  it('names the version of the engine and its kernels', () => {
    expect(keyOf(profile)).toContain(`engine ${ENGINE_VERSION} | kernels ${kernelDigest(webgpuTarget(profile))}`);
  });
});

describe('parseTable', () => {
  const table = { key: 'k', choices: { 'contract 1x2x3x4': 'rows 8x32', softmax: 'flat' } };
  it('reads what formatTable wrote', () => {
    expect(parseTable(formatTable(table), 'k')).toEqual(table);
    expect(choicesOf(table).get('softmax')).toBe('flat');
  });
  it.each([
    ['{"key": "k", "choi', 'it is not JSON'],
    ['', 'it is not JSON'],
    ['[]', 'it is not a tuning table: it has no key'],
    ['null', 'it is not a tuning table: it has no key'],
    ['{"key": "k"}', 'it is not a tuning table: it has no choices'],
    ['{"key": "other", "choices": {}}', 'it was made for other, not for k'],
    ['{"key": "k", "choices": {"site": 3}}', "its choice for 'site' is no name"],
  ])('refuses %s', (text, reason) => {
    expect(() => parseTable(text, 'k')).toThrow(reason);
  });
});
