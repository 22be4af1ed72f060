/** A comparison as the page asks for it, and as a command line says it. */
export interface Comparison {
  /** Names of files or folders. */
  readonly samples: string;
  readonly reference: string;
  readonly metrics: readonly string[];
  /** Absent where both sides are features or statistics. */
  readonly network?: { readonly name: string; readonly resize?: string };
  readonly k: number;
  readonly seed: number;
  /** At most so many pictures of each side; 0: all. */
  readonly most: number;
}

/** A word of a shell's command line. */
export const shellWord = (text: string): string =>
  /^[\w./:,@%+=-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The command of a terminal that gives the same numbers; what has its default there is left out. */
export function evalCommand({ k, metrics, most, network, reference, samples, seed }: Comparison): string {
  const words = ['noisesmith', 'eval', '--samples', samples, '--reference', reference, '--metrics', metrics.join(',')];
  if (network) words.push('--network', network.name);
  if (network?.resize !== undefined) words.push('--resize', network.resize);
  if (metrics.includes('pr') && k !== 3) words.push('--k', String(k));
  if (seed !== 0) words.push('--seed', String(seed));
  if (most > 0) words.push('--most', String(most));
  return [...words, '--json'].map((word, i) => (word.startsWith('--') && i > 1 ? word : shellWord(word))).join(' ');
}
