// Reference: os-release(5) for the fields; the order of the steps as the README promises it (release, then backports, then
// a message); stock bookworm's Mesa gives no adapter, which is why a second step exists.
import { describe, expect, it } from 'vitest';
import { parseProbe } from './adapter.mjs';
import { driverPackages, nextAdapterStep } from './adapter-plan.mjs';
import { codenameOf, isDebianFamily, parseOsRelease } from './machine.mjs';

const bookworm = parseOsRelease('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n');
const mint = parseOsRelease('ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n');
const fedora = parseOsRelease("ID=fedora\nNAME='Fedora Linux'\n");
const none = { outcome: 'none' } as const;
const found = { outcome: 'adapter', name: 'llvmpipe' } as const;
const asRoot = { platform: 'linux', uid: 0, sudo: false };
const asUser = { platform: 'linux', uid: 1000, sudo: false };

describe('os-release', () => {
  it('reads quoted and plain values', () => {
    expect(bookworm.PRETTY_NAME).toBe('Debian GNU/Linux 12 (bookworm)');
    expect(fedora.NAME).toBe('Fedora Linux');
    expect(parseOsRelease('# x\nA="say \\"hi\\""')).toEqual({ A: 'say "hi"' });
  });

  it('knows the family and the codename of the archive', () => {
    expect([bookworm, mint, fedora, {}].map(isDebianFamily)).toEqual([true, true, false, false]);
    expect([bookworm, mint, fedora].map(codenameOf)).toEqual(['bookworm', 'noble', undefined]);
  });
});

describe('nextAdapterStep', () => {
  it('does nothing where there is an adapter, whoever runs it', () => {
    expect(nextAdapterStep({ ...asUser, osRelease: fedora }, found, [])).toEqual({ kind: 'ready' });
  });

  it.each([
    ['root', asRoot],
    ['a user with sudo', { ...asUser, sudo: true }],
  ])('as %s: release, then backports, then gives up', (_, account) => {
    const machine = { ...account, osRelease: bookworm };
    expect(nextAdapterStep(machine, none, [])).toEqual({ kind: 'install', from: 'release', packages: driverPackages });
    expect(nextAdapterStep(machine, none, ['release'])).toMatchObject({ kind: 'install', from: 'backports' });
    const last = nextAdapterStep(machine, none, ['release', 'backports']);
    expect(last).toMatchObject({ kind: 'message', text: expect.stringContaining('release, then backports') });
  });

  it('stops as soon as the release gave an adapter', () => {
    expect(nextAdapterStep({ ...asRoot, osRelease: mint }, found, ['release'])).toEqual({ kind: 'ready' });
  });

  it('does not look for backports of a release without a codename', () => {
    const step = nextAdapterStep({ ...asRoot, osRelease: { ID: 'debian' } }, none, ['release']);
    expect(step.kind).toBe('message');
  });

  it('says what to type where it may not install', () => {
    const step = nextAdapterStep({ ...asUser, osRelease: bookworm }, none, []);
    expect(step).toMatchObject({
      kind: 'message',
      text: expect.stringContaining('apt-get install mesa-vulkan-drivers libvulkan1'),
    });
    expect(step).toMatchObject({ text: expect.stringContaining('-t bookworm-backports') });
  });

  it.each([
    ['fedora', 'linux', fedora, 'dnf install'],
    ['an unknown Linux', 'linux', {}, 'libvulkan.so.1'],
    ['macOS', 'darwin', {}, 'update the operating system'],
  ])('never runs apt on %s', (_, platform, osRelease, hint) => {
    const step = nextAdapterStep({ ...asRoot, platform, osRelease }, none, []);
    expect(step).toMatchObject({ kind: 'message', text: expect.stringContaining(hint) });
  });

  it('installs no driver when the webgpu package itself does not load', () => {
    const step = nextAdapterStep(
      { ...asRoot, osRelease: bookworm },
      { outcome: 'broken', reason: 'GLIBC_2.38 not found' },
      [],
    );
    expect(step).toMatchObject({ kind: 'message', text: expect.stringContaining('GLIBC_2.38 not found') });
  });
});

describe('parseProbe', () => {
  it('finds the answer among what the driver prints', () => {
    expect(parseProbe('Warning: x\n\n{"outcome":"adapter","name":"llvmpipe"}\n')).toEqual(found);
  });

  it('takes a crash for no adapter', () => {
    expect(parseProbe('Warning: x\n')).toEqual(none);
  });
});
