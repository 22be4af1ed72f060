// References: device files and manifests as the kernel, the NVIDIA container toolkit and Mesa name them (LoaderDriver
// Interface.md of the Vulkan loader); the System V ABI and the Linux Standard Base, Core 5.0, chapter 10.7 for the ELF
// file, which is made here; the machine is made up.
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { diagnose, unusedGpu } from './diagnosis';
import { versionsNeeded } from './elf-versions';
import { type Host, thisHost } from './host';

type Files = Readonly<Record<string, string | Uint8Array>>;

function host(files: Files, more: Partial<Host> = {}): Host {
  const encoder = new TextEncoder();
  const paths = Object.keys(files);
  return {
    platform: 'linux',
    arch: 'x64',
    glibc: '2.36',
    env: {},
    home: '/home/a',
    exists: (path) => paths.includes(path),
    mayOpen: () => true,
    list: (folder) =>
      paths
        .flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : []))
        .filter((name) => !name.includes('/')),
    read: (path) => {
      const content = files[path];
      return typeof content === 'string' ? encoder.encode(content) : content;
    },
    ...more,
  };
}

const manifest = (library: string): string => JSON.stringify({ ICD: { library_path: library } });
const lib = '/usr/lib/x86_64-linux-gnu';
const mesa: Files = {
  [`${lib}/libvulkan.so.1`]: '',
  [`${lib}/libvulkan_lvp.so`]: '',
  '/usr/share/vulkan/icd.d/lvp_icd.json': manifest('libvulkan_lvp.so'),
};
const nvidia: Files = { ...mesa, '/dev/nvidia0': '', '/dev/nvidia1': '', '/dev/nvidiactl': '' };
const intel: Files = {
  ...mesa,
  '/dev/dri/renderD128': '',
  '/sys/class/drm/renderD128/device/vendor': '0x8086\n',
  [`${lib}/libvulkan_intel.so`]: '',
  '/usr/share/vulkan/icd.d/intel_icd.json': manifest('libvulkan_intel.so'),
};

it('says nothing where a GPU computes, or where there is none', () => {
  expect(diagnose(host(nvidia), 'gpu').findings).toEqual([]);
  expect(diagnose(host(mesa), 'software').findings).toEqual([]);
  expect(unusedGpu(host(mesa))).toBeUndefined();
});

it('a container that has the device and not the driver', () => {
  expect(unusedGpu(host(nvidia))).toBe(
    "a CPU computes although there is a GPU: /dev/nvidia0 (NVIDIA) is there, but no Vulkan driver for it: install NVIDIA's driver with its Vulkan part; in a container, NVIDIA_DRIVER_CAPABILITIES=all brings it in from the host; noisesmith doctor says more",
  );
  expect(diagnose(host(nvidia), 'software').findings).toHaveLength(1);
});

it('a manifest whose library is missing', () => {
  const files = { ...nvidia, '/etc/vulkan/icd.d/nvidia_icd.json': manifest('libGLX_nvidia.so.0') };
  expect(diagnose(host(files), 'software').findings).toEqual([
    expect.stringContaining('libGLX_nvidia.so.0, which /etc/vulkan/icd.d/nvidia_icd.json names, is missing'),
  ]);
});

it('a device that the user may not open, and one that nothing speaks against', () => {
  expect(unusedGpu(host(intel, { mayOpen: () => false }))).toContain(
    '/dev/dri/renderD128 (Intel) may not be opened by this user',
  );
  expect(unusedGpu(host(intel))).toContain('the driver libvulkan_intel.so are there, but Vulkan does not use them');
});

it('a machine without the loader, and one without a driver', () => {
  expect(diagnose(host({}), 'none').findings).toEqual([
    expect.stringMatching(/^the Vulkan loader libvulkan\.so\.1 is not installed: libvulkan1 /),
    expect.stringMatching(/^no Vulkan driver is installed: mesa-vulkan-drivers /),
  ]);
  const broken = host(mesa, {
    env: { VK_DRIVER_FILES: '/opt/lvp.json' },
    read: () => new TextEncoder().encode(manifest('/opt/lvp.so')),
  });
  expect(diagnose(broken, 'none').findings).toEqual([
    expect.stringContaining('no Vulkan driver is installed (/opt/lvp.json names /opt/lvp.so, which is missing)'),
  ]);
});

/** An ELF file of nothing but a section with the versions that its libraries need, and the names. */
function elf(needed: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  const [sections, entries, strings] = [64, 512, 2048];
  let end = strings + 1;
  const text = (name: string): number => {
    const at = end;
    bytes.set(new TextEncoder().encode(name), at);
    end += name.length + 1;
    return at - strings;
  };
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  view.setBigUint64(0x28, BigInt(sections), true);
  view.setUint16(0x3a, 64, true);
  view.setUint16(0x3c, 2, true);
  view.setUint32(sections + 4, 0x6ffffffe, true);
  view.setBigUint64(sections + 0x18, BigInt(entries), true);
  view.setUint32(sections + 0x28, 1, true);
  view.setBigUint64(sections + 64 + 0x18, BigInt(strings), true);
  let at = entries;
  const libraries = Object.entries(needed);
  libraries.forEach(([library, versions], i) => {
    const next = 16 * (1 + versions.length);
    view.setUint32(at + 4, text(library), true);
    view.setUint32(at + 8, 16, true);
    view.setUint32(at + 12, i < libraries.length - 1 ? next : 0, true);
    versions.forEach((version, k) => {
      view.setUint32(at + 16 * (k + 1) + 8, text(version), true);
      view.setUint32(at + 16 * (k + 1) + 12, k < versions.length - 1 ? 16 : 0, true);
    });
    at += next;
  });
  return bytes;
}

const addon = '/webgpu/dawn.node';
const wants = elf({ 'libc.so.6': ['GLIBC_2.9', 'GLIBC_2.34'], 'libstdc++.so.6': ['CXXABI_1.3', 'GLIBCXX_3.4.30'] });
const withAddon: Files = {
  ...mesa,
  [addon]: wants,
  [`${lib}/libc.so.6`]: '',
  [`${lib}/libstdc++.so.6`]: 'GLIBCXX_3.4.9 GLIBCXX_3.4.30',
};

it('reads the versions that an addon needs, of one made here and of the real one', () => {
  expect([...versionsNeeded(wants)]).toEqual([
    ['libc.so.6', ['GLIBC_2.9', 'GLIBC_2.34']],
    ['libstdc++.so.6', ['CXXABI_1.3', 'GLIBCXX_3.4.30']],
  ]);
  expect(versionsNeeded(new TextEncoder().encode('no ELF file')).size).toBe(0);
  const entry = createRequire(import.meta.url).resolve('webgpu');
  const real = thisHost().read(entry.replace(/index\.js$/, `dist/linux-${process.arch}/dawn.node`));
  expect(versionsNeeded(real!).get('libc.so.6')).toContain('GLIBC_2.34');
});

it('the library versions that the addon wants, beside those that are there', () => {
  const findings = (files: Files, more: Partial<Host> = {}) => diagnose(host(files, more), 'none', addon).findings;
  expect(findings(withAddon)).toEqual([]);
  expect(findings(withAddon, { glibc: '2.31' })).toEqual([
    expect.stringContaining('needs glibc 2.34 or newer, and here is 2.31; use a newer release'),
  ]);
  expect(findings(withAddon, { glibc: undefined })).toEqual([
    expect.stringContaining('needs glibc 2.34 or newer, and this Node runs without glibc'),
  ]);
  expect(findings({ ...withAddon, [`${lib}/libstdc++.so.6`]: 'GLIBCXX_3.4.9 GLIBCXX_3.4.28' })).toEqual([
    expect.stringContaining(`needs libstdc++.so.6 with GLIBCXX_3.4.30, and ${lib}/libstdc++.so.6 has 3.4.28`),
  ]);
  const { [`${lib}/libstdc++.so.6`]: _, ...without } = withAddon;
  expect(findings(without)).toEqual([
    expect.stringContaining('the library libstdc++.so.6, which the npm package webgpu needs'),
  ]);
});

it('finds nothing wrong with the loader and drivers of this machine, as WebGPU computes here', () => {
  const { drivers, loader } = diagnose(thisHost(), 'software');
  expect(loader).toContain('libvulkan.so.1');
  expect(drivers.some(({ there }) => there)).toBe(true);
});
