import type { Host } from './host';
import { findLibrary } from './libraries';

/** A Vulkan driver as its manifest announces it. */
export interface VulkanDriver {
  /** Path of the manifest. */
  readonly manifest: string;
  /** Name or path of its library. */
  readonly library: string;
  /** Whether the library was found. */
  readonly there: boolean;
}

/**
 * Folders and files in which the Vulkan loader looks for manifests of drivers (its document LoaderDriverInterface.md,
 * "Driver Discovery on Linux").
 */
function manifests({ env, home, list }: Host): readonly string[] {
  const given = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES;
  if (given) return given.split(':').filter(Boolean);
  const words = (text: string | undefined, usual: string): string[] => (text || usual).split(':').filter(Boolean);
  const folders = [
    ...words(env.XDG_CONFIG_HOME, `${home}/.config`),
    ...words(env.XDG_CONFIG_DIRS, '/etc/xdg'),
    '/usr/local/etc',
    '/etc',
    ...words(env.XDG_DATA_HOME, `${home}/.local/share`),
    ...words(env.XDG_DATA_DIRS, '/usr/local/share:/usr/share'),
  ].map((folder) => `${folder.replace(/\/$/, '')}/vulkan/icd.d`);
  return [...new Set(folders)].flatMap((folder) =>
    list(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => `${folder}/${name}`),
  );
}

/** Name of the library in a manifest; a relative path with a folder stands beside the manifest. */
function libraryOf(manifest: string, bytes: Uint8Array): string | undefined {
  try {
    const { ICD } = JSON.parse(new TextDecoder().decode(bytes)) as { ICD?: { library_path?: unknown } };
    const path = ICD?.library_path;
    if (typeof path !== 'string') return undefined;
    const relative = path.includes('/') && !path.startsWith('/');
    return relative ? `${manifest.slice(0, manifest.lastIndexOf('/'))}/${path}` : path;
  } catch {
    return undefined;
  }
}

/** The Vulkan drivers that are announced on this machine. */
export function vulkanDrivers(host: Host): readonly VulkanDriver[] {
  return manifests(host).flatMap((manifest) => {
    const bytes = host.read(manifest);
    const library = bytes && libraryOf(manifest, bytes);
    return library === undefined ? [] : [{ manifest, library, there: findLibrary(host, library) !== undefined }];
  });
}

/** Path of the Vulkan loader, without which no driver is found. */
export const vulkanLoader = (host: Host): string | undefined => findLibrary(host, 'libvulkan.so.1');

/** Mesa's lavapipe computes on the CPU. */
export const isSoftware = ({ library }: VulkanDriver): boolean => /lvp|lavapipe|swiftshader/i.test(library);
