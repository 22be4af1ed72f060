// Reference: the flags of `noisesmith eval --help`, and POSIX quoting. That its numbers are the page's own is tested in Chromium.
import { expect, it } from 'vitest';
import { evalCommand, shellWord } from './eval-command';

it('says all that is not the default', () => {
  const plain = { samples: 'a.npz', reference: 'b', metrics: ['fid', 'pr'], k: 3, seed: 0, most: 0 };
  expect(evalCommand(plain)).toBe('noisesmith eval --samples a.npz --reference b --metrics fid,pr --json');
  const network = { name: 'weights:pt inception.pth', resize: 'clean' };
  expect(evalCommand({ ...plain, network, k: 5, seed: 2, most: 100 })).toBe(
    "noisesmith eval --samples a.npz --reference b --metrics fid,pr --network 'weights:pt inception.pth' --resize clean --k 5 --seed 2 --most 100 --json",
  );
  expect(evalCommand({ ...plain, metrics: ['kid'], k: 5 })).not.toContain('--k');
});

it('quotes what a shell would take for something else', () => {
  expect(["it's", '$HOME', '', '-x', 'a b', 'ok_1.npz'].map(shellWord)).toEqual([
    "'it'\\''s'",
    "'$HOME'",
    "''",
    "'-x'",
    "'a b'",
    'ok_1.npz',
  ]);
});
