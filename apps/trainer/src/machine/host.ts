import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';

/** What a look at the machine reads. Tests hand in a machine of their own. */
export interface Host {
  /** As `process.platform` and `process.arch` name them. */
  readonly platform: string;
  readonly arch: string;
  /** Version of the C library that Node runs on; undefined where it is not glibc. */
  readonly glibc: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  exists(path: string): boolean;
  /** Whether this user may read and write a file. */
  mayOpen(path: string): boolean;
  /** Names in a folder; none where it is missing or may not be read. */
  list(folder: string): readonly string[];
  /** undefined where the file is missing or may not be read. */
  read(path: string): Uint8Array | undefined;
}

const orElse = <T>(work: () => T, other: T): T => {
  try {
    return work();
  } catch {
    return other;
  }
};

function glibcVersion(): string | undefined {
  // The header alone is wanted: looking up names of network peers may take seconds.
  const { report } = process as { report?: { excludeNetwork?: boolean; getReport(): object } };
  if (!report) return undefined;
  report.excludeNetwork = true;
  return (report.getReport() as { header?: { glibcVersionRuntime?: string } }).header?.glibcVersionRuntime;
}

export const thisHost = (): Host => ({
  platform: process.platform,
  arch: process.arch,
  get glibc() {
    return process.platform === 'linux' ? glibcVersion() : undefined;
  },
  env: process.env,
  home: homedir(),
  exists: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
  mayOpen: (path) =>
    orElse(() => {
      accessSync(path, constants.R_OK | constants.W_OK);
      return true;
    }, false),
  list: (folder) => orElse(() => readdirSync(folder), []),
  read: (path) => orElse<Uint8Array | undefined>(() => readFileSync(path), undefined),
});
