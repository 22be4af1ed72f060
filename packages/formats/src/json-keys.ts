/** One token of JSON that matters for keys: a string, or what opens, closes or divides. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * The first key that an object of a JSON text has twice, as it reads once unescaped; undefined for none. JSON.parse takes
 * the last of them without a word, so a file could show one thing to one reader and another to the next.
 * @param text valid JSON
 */
export function repeatedKey(text: string): string | undefined {
  // The keys of each open object; an array has none.
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (const [found] of text.matchAll(token)) {
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(undefined);
    else if (found === '}' || found === ']') open.pop();
    else if (found === ':') {
      const key: string = JSON.parse(last);
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
    last = found;
  }
  return undefined;
}
