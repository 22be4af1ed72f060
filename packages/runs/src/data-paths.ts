/** Forms of data sets whose argument is the path of a file or folder. */
const withOnePath = ['folder', 'npz', 'cifar10', 'emoji'];

/**
 * A data set spec with each of its paths put through `map`; a spec without paths as it is.
 * @param spec as `openDataset` of `@noisesmith/data` takes it; in `idx:` a comma that is part of a name is written `\,`
 */
export function mapDataPaths(spec: string, map: (path: string) => string): string {
  const colon = spec.indexOf(':');
  const [kind, argument] = [spec.slice(0, colon), spec.slice(colon + 1)];
  if (colon < 0 || argument === '') return spec;
  if (withOnePath.includes(kind)) return `${kind}:${map(argument)}`;
  if (kind !== 'idx') return spec;
  const paths = argument.split(/(?<!\\),/).map((path) => path.replaceAll('\\,', ','));
  return `idx:${paths.map((path) => (path === '' ? path : map(path)).replaceAll(',', '\\,')).join(',')}`;
}
