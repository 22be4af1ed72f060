import { extname } from 'node:path';
import { suggestion } from '@noisesmith/runs';
import { UsageError } from '../errors';
import { type Arguments, parseNumber } from '../flags';

const DEFAULT_COUNT = 16;
/** Keeps a mistyped number from filling the memory. */
const MOST_SEEDS = 10_000_000;

function readWhole(flag: string, text: string): number {
  const value = parseNumber(flag, text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new UsageError(`${flag} has ${text}; expected whole numbers from 0`);
  return value;
}

const tooMany = (flag: string, text: string): UsageError =>
  new UsageError(`${flag} ${text}: expected at most ${MOST_SEEDS.toLocaleString('en-US')} samples`);

/** `0-63`, `1,5,8-11`; each seed once, because the same seed gives the same sample. */
function readSeeds(text: string): number[] {
  const seeds = new Set<number>();
  for (const part of text.split(',')) {
    const [, start, end] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    if (start === undefined)
      throw new UsageError(`--seeds has ${JSON.stringify(part)}; expected e.g. 0-63 or 1,5,8-11`);
    const first = readWhole('--seeds', start);
    const last = end === undefined ? first : readWhole('--seeds', end);
    if (last < first) throw new UsageError(`--seeds has ${part}; expected FIRST-LAST, e.g. 0-63`);
    if (last - first >= MOST_SEEDS - seeds.size) throw tooMany('--seeds', text);
    for (let seed = first; seed <= last; seed++) {
      if (seeds.has(seed)) throw new UsageError(`--seeds has ${seed} twice; the same seed gives the same sample`);
      seeds.add(seed);
    }
  }
  return [...seeds];
}

/** The seeds that `--n` and `--seeds` ask for, in their order. */
export function seedsOf(args: Arguments): readonly number[] {
  const count = args.whole('n', 1);
  if (count !== undefined && count > MOST_SEEDS) throw tooMany('--n', args.text('n')!);
  const text = args.text('seeds');
  if (text === undefined) return Array.from({ length: count ?? DEFAULT_COUNT }, (_, i) => i);
  const seeds = readSeeds(text);
  if (count !== undefined && count !== seeds.length) {
    throw new UsageError(`--n is ${count} but --seeds names ${seeds.length}; leave one of them out`);
  }
  return seeds;
}

/**
 * The classes that `--labels` asks for in turn: `all`, `none`, or a list of numbers and names.
 * @param names of the network's classes, as far as they are known
 */
export function labelsOf(args: Arguments, classes: number, names: readonly string[]): readonly (number | null)[] {
  const text = args.text('labels') ?? (classes > 0 ? 'all' : 'none');
  if (text === 'none') return [null];
  if (classes === 0) throw new UsageError(`--labels ${text}: the network has no classes; leave it out`);
  if (text === 'all') return Array.from({ length: classes }, (_, k) => k);
  // A name may have a comma in it.
  const whole = names.indexOf(text);
  return whole >= 0 ? [whole] : text.split(',').map((part) => readLabel(part.trim(), classes, names));
}

/** A name goes before a number: classes may be called 1, 2, 3. */
function readLabel(part: string, classes: number, names: readonly string[]): number {
  const named = names.indexOf(part);
  if (named >= 0) return named;
  if (/^\d+$/.test(part)) {
    const label = readWhole('--labels', part);
    if (label < classes) return label;
    throw new UsageError(`--labels has ${label}; expected classes from 0 to ${classes - 1}`);
  }
  const known = names.length > 0 ? suggestion(part, names) : `; expected numbers from 0 to ${classes - 1}`;
  throw new UsageError(`--labels has ${JSON.stringify(part)}${known}`);
}

/** What `sample` writes. */
export type SampleFormat = 'png' | 'npz' | 'folder';

/** Endings by which a name says that it is a file of a kind that is not written. */
const otherFiles =
  /^\.(jpe?g|jfif|gif|bmp|webp|tiff?|avif|svg|pdf|mp4|npy|safetensors|pt|json|jsonl|csv|txt|zip|gz|tar|tgz)$/i;

/**
 * The format that a name asks for: `x.png` and `x.npz` in small or capital letters, and otherwise a folder. A name that
 * ends in / is one, whatever stands before.
 * @throws UsageError for the name of a file of another kind
 */
export function sampleFormat(out: string): SampleFormat {
  if (out === '') throw new UsageError('--out is empty; expected a file .png or .npz, or a folder');
  const ending = /[/\\]$/.test(out) ? '' : extname(out);
  if (/^\.png$/i.test(ending)) return 'png';
  if (/^\.npz$/i.test(ending)) return 'npz';
  if (otherFiles.test(ending)) {
    throw new UsageError(`--out ${out}: expected a file .png or .npz, or a folder (${out}/ if it is one)`);
  }
  return 'folder';
}
