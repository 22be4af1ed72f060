/**
 * The values of a comma-separated list of names, in the order given; `all` is the list of all names.
 * @param flag for the message
 * @param what the names are of, for the message
 * @throws Error for an unknown name or an empty list
 */
export function selectNamed<T>(flag: string, what: string, list: string, known: ReadonlyMap<string, T>): T[] {
  if (list.trim() === 'all') return [...known.values()];
  return list.split(',').map((entry) => {
    const name = entry.trim();
    const found = known.get(name);
    if (found === undefined) {
      const names = [...known.keys()].join(', ');
      throw new Error(`${flag}: unknown ${what} ${JSON.stringify(name)}, expected one or more of ${names}, or all`);
    }
    return found;
  });
}
