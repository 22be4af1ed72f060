import { type GpuNode, type GpuVendor, gpuNodes } from './gpu-nodes';
import type { Host } from './host';
import { libraryProblems } from './libraries';
import { isSoftware, type VulkanDriver, vulkanDrivers, vulkanLoader } from './vulkan';

/** What was found on a machine, and what its GPU or adapter lacks. */
export interface Diagnosis {
  readonly gpuNodes: readonly GpuNode[];
  /** Path of the Vulkan loader. */
  readonly loader: string | undefined;
  readonly drivers: readonly VulkanDriver[];
  /** One line each: what is missing, and how to get it. */
  readonly findings: readonly string[];
}

const MESA = 'mesa-vulkan-drivers (Debian, Ubuntu, Fedora)';

/** Words in the names of the drivers of a vendor, and how to get them. */
const driversOf: Readonly<Record<GpuVendor, { readonly names: RegExp; readonly remedy: string }>> = {
  NVIDIA: {
    names: /nvidia|nouveau/i,
    remedy:
      "install NVIDIA's driver with its Vulkan part; in a container, NVIDIA_DRIVER_CAPABILITIES=all brings it in from the host",
  },
  AMD: { names: /radeon|amd/i, remedy: `install ${MESA}` },
  Intel: { names: /intel/i, remedy: `install ${MESA}` },
  virtio: { names: /virtio|gfxstream/i, remedy: `install ${MESA}` },
  WSL: { names: /dzn|microsoft/i, remedy: 'install a Mesa that has the driver dzn' },
};

function gpuFinding(host: Host, { path, vendor }: GpuNode, drivers: readonly VulkanDriver[]): string {
  const { names, remedy } = vendor ? driversOf[vendor] : { names: /./, remedy: `install ${MESA}` };
  const driver = drivers.find((one) => !isSoftware(one) && names.test(`${one.library} ${one.manifest}`));
  const what = vendor ? `${path} (${vendor})` : path;
  if (!driver) return `${what} is there, but no Vulkan driver for it: ${remedy}`;
  if (!driver.there) {
    return `${what} is there, but ${driver.library}, which ${driver.manifest} names, is missing: ${remedy}`;
  }
  if (!host.mayOpen(path)) return `${what} may not be opened by this user: add the user to its group (ls -l ${path})`;
  return `${what} and the driver ${driver.library} are there, but Vulkan does not use them: see what vulkaninfo says`;
}

/** One GPU of each vendor speaks for all: eight of them lack the same driver. */
const oneOfEach = (nodes: readonly GpuNode[]): readonly GpuNode[] =>
  nodes.filter(({ vendor }, i) => nodes.findIndex((other) => other.vendor === vendor) === i);

/**
 * Why a GPU of this machine does not compute, or why nothing does.
 * @param adapter what WebGPU gave: a GPU, a software adapter, or none
 * @param addon path of the native part of the npm package webgpu; undefined when the package is not installed
 */
export function diagnose(host: Host, adapter: 'gpu' | 'software' | 'none', addon?: string): Diagnosis {
  const nodes = gpuNodes(host);
  const loader = host.platform === 'linux' ? vulkanLoader(host) : undefined;
  const drivers = host.platform === 'linux' ? vulkanDrivers(host) : [];
  const findings: string[] = [];
  if (adapter !== 'gpu' && host.platform === 'linux') {
    if (adapter === 'none' && addon !== undefined) findings.push(...libraryProblems(host, addon));
    if (loader === undefined) {
      findings.push(
        'the Vulkan loader libvulkan.so.1 is not installed: libvulkan1 (Debian, Ubuntu), vulkan-loader (Fedora), vulkan-icd-loader (Arch)',
      );
    }
    findings.push(...oneOfEach(nodes).map((node) => gpuFinding(host, node, drivers)));
    if (adapter === 'none' && nodes.length === 0 && !drivers.some(({ there }) => there)) {
      const broken = drivers.map(({ library, manifest }) => `${manifest} names ${library}, which is missing`);
      findings.push(
        `no Vulkan driver is installed${broken.length > 0 ? ` (${broken.join('; ')})` : ''}: ${MESA} brings one that needs no GPU`,
      );
    }
  }
  return { gpuNodes: nodes, loader, drivers, findings };
}

/** One line for a run on a CPU beside a GPU; undefined when there is none. */
export function unusedGpu(host: Host): string | undefined {
  const { findings, gpuNodes: nodes } = diagnose(host, 'software');
  const about = findings.find((finding) => nodes.some(({ path }) => finding.startsWith(path)));
  return about && `a CPU computes although there is a GPU: ${about}; noisesmith doctor says more`;
}
