import { codenameOf, isDebianFamily, mayInstall } from './machine.mjs';

/**
 * @typedef {{ outcome: 'adapter', name: string } | { outcome: 'none' } | { outcome: 'broken', reason: string }} Probe
 *   `broken`: the webgpu package itself did not load
 * @typedef {'release' | 'backports'} Origin where apt takes a package from
 * @typedef {{ kind: 'ready' } | { kind: 'install', from: Origin, packages: string[] } | { kind: 'message', text: string }} Step
 */

/** A Vulkan loader, and Mesa's drivers: those of GPUs and the software one. */
export const driverPackages = ['mesa-vulkan-drivers', 'libvulkan1'];

/** @type {[family: string, command: string][]} */
const otherSystems = [
  ['fedora', 'dnf install mesa-vulkan-drivers vulkan-loader'],
  ['rhel', 'dnf install mesa-vulkan-drivers vulkan-loader'],
  ['arch', 'pacman -S vulkan-swrast vulkan-icd-loader'],
  ['suse', 'zypper install Mesa-vulkan-drivers libvulkan_lvp libvulkan1'],
];

/**
 * What to type, as root, to get an adapter.
 * @param {import('./machine.mjs').Machine} machine
 */
function installHint({ platform, osRelease }) {
  if (platform !== 'linux') return 'update the operating system and its graphics driver';
  const packages = driverPackages.join(' ');
  if (isDebianFamily(osRelease)) {
    const codename = codenameOf(osRelease) ?? 'CODENAME';
    return `as root: apt-get update && apt-get install ${packages}; if that Mesa is older than 23, add the suite ${codename}-backports to apt's sources and: apt-get update && apt-get install -t ${codename}-backports ${packages}`;
  }
  const family = `${osRelease.ID ?? ''} ${osRelease.ID_LIKE ?? ''}`.split(' ');
  const command = otherSystems.find(([name]) => family.includes(name))?.[1];
  return command
    ? `as root: ${command}`
    : 'install the Vulkan loader (libvulkan.so.1) and Mesa 23 or later with its Vulkan drivers, lavapipe among them';
}

/**
 * The next step towards a WebGPU adapter.
 * @param {import('./machine.mjs').Machine} machine
 * @param {Probe} probe the latest
 * @param {Origin[]} tried what has been installed since the first probe
 * @returns {Step}
 */
export function nextAdapterStep(machine, probe, tried) {
  if (probe.outcome === 'adapter') return { kind: 'ready' };
  if (probe.outcome === 'broken') return { kind: 'message', text: `WebGPU for Node does not load: ${probe.reason}` };
  const none = 'no WebGPU adapter (neither a GPU nor a software driver)';
  if (!mayInstall(machine)) {
    return { kind: 'message', text: `${none}; ${installHint(machine)}` };
  }
  if (!tried.includes('release')) return { kind: 'install', from: 'release', packages: driverPackages };
  if (!tried.includes('backports') && codenameOf(machine.osRelease)) {
    return { kind: 'install', from: 'backports', packages: driverPackages };
  }
  return {
    kind: 'message',
    text: `${none}, also after installing ${driverPackages.join(' ')} (${tried.join(', then ')}); Mesa 23 or later is needed`,
  };
}
