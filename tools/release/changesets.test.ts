// Reference: the reader that a release itself uses; one changeset that it cannot read stops the release.
import getReleasePlan from '@changesets/get-release-plan';
import { expect, it } from 'vitest';
import { readJson, root, workspaceFolders } from '../setup/workspace.mjs';

it('changesets can be released, and name packages that are published', async () => {
  const { changesets } = await getReleasePlan(root);
  const published = workspaceFolders()
    .map((folder) => readJson(`${root}/${folder}/package.json`))
    .filter((manifest) => !manifest.private)
    .map(({ name }) => name);
  const named = changesets.flatMap(({ releases }) => releases.map(({ name }) => name));
  for (const name of named) expect(published).toContain(name);
});
