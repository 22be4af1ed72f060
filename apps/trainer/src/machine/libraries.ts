import { versionsNeeded } from './elf-versions';
import type { Host } from './host';

const parts = (version: string): number[] => version.split('.').map(Number);

/** Below 0 when `a` is the older version, above 0 when it is the newer. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The newest of versions such as `GLIBC_2.34`, without its prefix. */
function newest(versions: readonly string[], prefix: string): string | undefined {
  const numbers = versions.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  return numbers
    .filter((text) => /^\d+(\.\d+)*$/.test(text))
    .sort(compareVersions)
    .at(-1);
}

/** Folders in which the loader of shared libraries looks, as far as they can be known without its cache (ld.so(8)). */
function libraryFolders({ arch, env }: Host): readonly string[] {
  const triple = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[arch];
  const roots = ['/usr/local/lib', '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
  const multiarch = triple === undefined ? [] : [`/lib/${triple}`, `/usr/lib/${triple}`, `/usr/local/lib/${triple}`];
  return [...(env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean), ...multiarch, ...roots];
}

/** Where a shared library is; undefined when it is in none of the usual folders. */
export function findLibrary(host: Host, name: string): string | undefined {
  if (name.startsWith('/')) return host.exists(name) ? name : undefined;
  return libraryFolders(host)
    .map((folder) => `${folder}/${name}`)
    .find((path) => host.exists(path));
}

/** The newest version that a C++ library offers: its names stand in it as text. */
function offered(bytes: Uint8Array, prefix: string): string | undefined {
  const names = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .match(new RegExp(`${prefix}\\d+(\\.\\d+)+`, 'g'));
  return newest(names ?? [], prefix);
}

const NEWER = 'use a newer release of the system, such as Debian 12, Ubuntu 22.04 or RHEL 10';

/**
 * What the libraries of a Linux system lack for a native addon of Node: one line each, with what to do.
 * @param addon path of the `.node` file
 */
export function libraryProblems(host: Host, addon: string): readonly string[] {
  const bytes = host.read(addon);
  if (host.platform !== 'linux') return [];
  if (!bytes) return [`${addon} is missing: the npm package webgpu has no build for ${host.platform} ${host.arch}`];
  const needed = versionsNeeded(bytes);
  const problems: string[] = [];
  const glibc = newest(needed.get('libc.so.6') ?? [], 'GLIBC_');
  if (glibc !== undefined && host.glibc === undefined) {
    // Alpine and others: nothing else can be told from here.
    return [`the npm package webgpu needs glibc ${glibc} or newer, and this Node runs without glibc; ${NEWER}`];
  }
  if (glibc !== undefined && host.glibc !== undefined && compareVersions(host.glibc, glibc) < 0) {
    problems.push(`the npm package webgpu needs glibc ${glibc} or newer, and here is ${host.glibc}; ${NEWER}`);
  }
  for (const name of needed.keys()) {
    const path = findLibrary(host, name);
    if (path === undefined) {
      problems.push(`the library ${name}, which the npm package webgpu needs, is not installed`);
      continue;
    }
    const wanted = name.startsWith('libstdc++') ? newest(needed.get(name)!, 'GLIBCXX_') : undefined;
    const here = wanted === undefined ? undefined : offered(host.read(path) ?? new Uint8Array(0), 'GLIBCXX_');
    if (wanted !== undefined && here !== undefined && compareVersions(here, wanted) < 0) {
      problems.push(`the npm package webgpu needs ${name} with GLIBCXX_${wanted}, and ${path} has ${here}; ${NEWER}`);
    }
  }
  return problems;
}
