/** Code-unit order: the same on every machine and in every locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A run of digits with its length before it, so that a longer number comes after a shorter one. */
function numberKey(digits: string): string {
  const significant = digits.replace(/^0+(?=\d)/, '');
  return `0${String.fromCharCode(significant.length)}${significant}`;
}

/** A path as a text whose code-unit order is the natural one: folder by folder, numbers by their value. */
const naturalKey = (path: string): string => path.replaceAll('/', '\0').replace(/\d+/g, numberKey);

/**
 * Paths or names in natural order: runs of digits count as numbers, so that '2' comes before '10', and everything else
 * goes by code units. What differs in leading zeros only goes by code units too.
 */
export function inNaturalOrder(paths: readonly string[]): string[] {
  return paths
    .map((path) => ({ path, key: naturalKey(path) }))
    .sort((a, b) => byCodeUnits(a.key, b.key) || byCodeUnits(a.path, b.path))
    .map(({ path }) => path);
}
