/** What a request asks for, by the names on the way. */
export interface UrlPath {
  readonly names: readonly string[];
  /** Whether it ends with a slash. */
  readonly isFolder: boolean;
}

const LONGEST_NAME = 255;

/**
 * A name that means the same to every file system: no way up, no hidden file, no separator of any system, no drive or
 * stream (`:`), no control character, no end that Windows leaves out.
 */
const isPlainName = (name: string): boolean =>
  name !== '' && name.length <= LONGEST_NAME && !/^\.|[/\\:\p{Cc}]|[. ]$/u.test(name);

/**
 * Reads the path of a request's target (RFC 9112, section 3.2.1), decoding it once.
 * @returns undefined for one that is malformed or holds a name that could lead elsewhere
 */
export function readUrlPath(target: string): UrlPath | undefined {
  if (!target.startsWith('/')) return undefined;
  const path = target.split('?', 1)[0]!;
  const isFolder = path.endsWith('/');
  let names: string[];
  try {
    names = path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
  if (isFolder) names.pop();
  return names.every(isPlainName) ? { names, isFolder } : undefined;
}
