// Reference: gunzip, and what a bundle of two modules written here has to hold.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { bundle, sizeOf } from './bundle';

const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('counts what is sent', () => {
  const bytes = Buffer.from('noise and signal, '.repeat(100));
  const { gzip, plain } = sizeOf(bytes);
  expect(plain).toBe(1800);
  expect(gzip).toBe(gzipSync(bytes, { level: 9 }).length);
  expect(gunzipSync(gzipSync(bytes, { level: 9 })).length).toBe(plain);
});

it('bundles an entry with what it imports, for browsers, and leaves out what nothing uses', async () => {
  const module = join(folder, 'node_modules', 'peer');
  mkdirSync(module, { recursive: true });
  const manifest = { name: 'peer', sideEffects: false, exports: { browser: './browser.js', default: './node.js' } };
  writeFileSync(join(module, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(module, 'browser.js'), 'export const kept = "of browsers"; export const left = "out";\n');
  writeFileSync(join(module, 'node.js'), 'export const kept = "of Node";\n');
  const whole = await bundle("export * from 'peer';", folder);
  expect(whole.exports.toSorted()).toEqual(['kept', 'left']);
  const part = await bundle("export { kept } from 'peer';", folder);
  expect(part.text).toContain('of browsers');
  expect(part.text).not.toContain('out');
  expect(part.plain).toBeLessThan(whole.plain);
});
