// Reference: the first ts block of each package's README must run as it stands, in a folder of its own beside the
// repository's fixtures, and print.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagesFolder } from './testing/packages-folder';
import { root, runFile } from './testing/run-example';

let scratch = '';
const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
);

beforeAll(() => {
  scratch = packagesFolder();
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe.each(packages)('the README of %s', (name) => {
  const file = join(root, 'packages', name, 'README.md');

  it('has a ts example that runs', async () => {
    const block = /^```ts\n(.*?)^```$/ms.exec(readFileSync(file, 'utf8'));
    expect(block, `${file} has no ts block`).not.toBeNull();
    const folder = join(scratch, name);
    await mkdir(folder);
    await symlink(join(root, 'fixtures'), join(folder, 'fixtures'), 'junction');
    await writeFile(join(folder, 'readme.ts'), block![1]!);
    expect((await runFile(join(folder, 'readme.ts'), folder)).trim()).not.toBe('');
  });
});
