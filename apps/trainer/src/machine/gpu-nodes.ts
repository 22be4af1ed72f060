import type { Host } from './host';

export type GpuVendor = 'NVIDIA' | 'AMD' | 'Intel' | 'virtio' | 'WSL';

/** A file by which Linux offers a GPU. */
export interface GpuNode {
  readonly path: string;
  /** undefined where the system does not say. */
  readonly vendor: GpuVendor | undefined;
}

/** Numbers of vendors in the PCI ID repository. */
const vendors: Readonly<Record<string, GpuVendor>> = {
  '0x10de': 'NVIDIA',
  '0x1002': 'AMD',
  '0x8086': 'Intel',
  '0x1af4': 'virtio',
};

/** What a render node's GPU is by sysfs. */
function vendorOf(host: Host, name: string): GpuVendor | undefined {
  const bytes = host.read(`/sys/class/drm/${name}/device/vendor`);
  return bytes && vendors[new TextDecoder().decode(bytes).trim()];
}

/**
 * The GPUs for which there are device files: /dev/nvidia0 and so on, /dev/dri/renderD128 and so on, and, where those
 * are missing, as they may be in a container, /dev/kfd of AMD and /dev/dxg of WSL.
 */
export function gpuNodes(host: Host): readonly GpuNode[] {
  if (host.platform !== 'linux') return [];
  const named = (folder: string, pattern: RegExp): string[] =>
    host
      .list(folder)
      .filter((name) => pattern.test(name))
      .sort();
  const nvidia = named('/dev', /^nvidia\d+$/).map((name): GpuNode => ({ path: `/dev/${name}`, vendor: 'NVIDIA' }));
  const render = named('/dev/dri', /^renderD\d+$/)
    .map((name): GpuNode => ({ path: `/dev/dri/${name}`, vendor: vendorOf(host, name) }))
    // Those of NVIDIA have a file of their own too.
    .filter(({ vendor }) => vendor !== 'NVIDIA' || nvidia.length === 0);
  const found = [...nvidia, ...render];
  if (found.length > 0) return found;
  return [
    ...named('/dev', /^kfd$/).map((name): GpuNode => ({ path: `/dev/${name}`, vendor: 'AMD' })),
    ...named('/dev', /^dxg$/).map((name): GpuNode => ({ path: `/dev/${name}`, vendor: 'WSL' })),
  ];
}
