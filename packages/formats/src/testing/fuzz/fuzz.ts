import { FormatError } from '../../errors';
import { byteWidth, elementCount, type NdArray } from '../../ndarray';
import { mutated } from './mutate';
import { Random } from './random';
import { allSubjects, type Found, type Subject } from './subjects';

export interface FuzzOptions {
  readonly seed: number;
  /** Mutated files of each kind. */
  readonly count: number;
  /** What is mutated and how it is read; default every kind of file of this package. */
  readonly subjects?: readonly Subject[];
  /** Told of each failure as it is found. */
  readonly onFailure?: (report: string) => void;
}

export interface FuzzResult {
  readonly files: number;
  /** Files that were read in spite of their mutation. */
  readonly accepted: number;
  /** The first failure of each kind: subject, seed, and what is wrong. */
  readonly reports: readonly string[];
}

/** Deflate cannot pack more into a byte; a file that gives more arrays than that was not read from its own bytes. */
const LARGEST_RATIO = 1032;

const same = (a: NdArray, b: NdArray): boolean =>
  a.dtype === b.dtype && String(a.shape) === String(b.shape) && String(a.data) === String(b.data);

/** What is wrong with what was read, or undefined. */
function wrong(found: Found, bytes: Uint8Array, original: Found | undefined): string | undefined {
  let total = 0;
  for (const [name, array] of found) {
    const { data, dtype, shape } = array;
    if (data.length !== elementCount(shape) || data.BYTES_PER_ELEMENT !== byteWidth(dtype)) {
      return `${data.length} elements of ${dtype} for shape [${shape}]`;
    }
    total += data.byteLength;
    const was = original?.get(name);
    if (was !== undefined && !same(was, array)) return 'another array than its checksum is of';
  }
  return total > bytes.length * LARGEST_RATIO ? `${total} bytes of arrays out of ${bytes.length}` : undefined;
}

/** What is wrong with an error, or undefined: it has to be one of a format, in one short line. */
function wrongError(error: unknown): string | undefined {
  if (!(error instanceof FormatError)) return `${error instanceof Error ? error.stack : String(error)}`;
  return /^[^\p{Cc}]{1,1200}$/u.test(error.message) ? undefined : `message: ${JSON.stringify(error.message)}`;
}

type Outcome = { readonly found: Found } | { readonly refused: string };

async function read(reader: Subject['readers'][number], bytes: Uint8Array): Promise<Outcome> {
  try {
    return { found: await reader(bytes) };
  } catch (error) {
    const problem = wrongError(error);
    if (problem !== undefined) throw new Error(problem);
    return { refused: (error as Error).message };
  }
}

/** What is wrong with how the readers take a file, or whether they accept it. */
async function tried(
  subject: Subject,
  bytes: Uint8Array,
  original: Found,
): Promise<{ problem?: string; accepted: boolean }> {
  const outcomes: Outcome[] = [];
  for (const reader of subject.readers) {
    try {
      outcomes.push(await read(reader, bytes));
    } catch (error) {
      return { problem: (error as Error).message, accepted: false };
    }
  }
  const accepted = outcomes.flatMap((outcome) => ('found' in outcome ? [outcome.found] : []));
  for (const found of accepted) {
    const problem = wrong(found, bytes, subject.checked ? original : undefined);
    if (problem !== undefined) return { problem, accepted: true };
  }
  const [first] = accepted;
  if (first === undefined) return { accepted: false };
  if (accepted.length < outcomes.length) return { problem: 'one reader accepts it, another does not', accepted: true };
  const differs = accepted.some(
    (other) =>
      String([...other.keys()]) !== String([...first.keys()]) ||
      [...other].some(([name, array]) => !same(array, first.get(name)!)),
  );
  return differs ? { problem: 'two readers find different arrays', accepted: true } : { accepted: true };
}

/** The kind of a failure: the same with other numbers is not told again. */
const kindOf = (report: string): string => report.replace(/\d+/g, '#').slice(0, 300);

/**
 * Mutated files of every kind that this package reads, with the seeds from `seed` on. A file has to be refused by a
 * FormatError of one line, or read as arrays that keep the format's rules; where a checksum stands, as what was written.
 */
export async function fuzz({ seed, count, subjects = allSubjects(), onFailure }: FuzzOptions): Promise<FuzzResult> {
  const reports = new Map<string, string>();
  let files = 0;
  let accepted = 0;
  for (const subject of subjects) {
    const original = await subject.readers[0]!(subject.file);
    for (let i = seed; i < seed + count; i++) {
      const bytes = mutated(subject.file, subject.text, new Random(Math.imul(i, 2654435761) ^ subject.name.length));
      const outcome = await tried(subject, bytes, original);
      files++;
      if (outcome.accepted) accepted++;
      if (outcome.problem === undefined) continue;
      const report = `${subject.name}, seed ${i}: ${outcome.problem}`;
      const kind = kindOf(report);
      if (reports.has(kind)) continue;
      reports.set(kind, report);
      onFailure?.(report);
    }
  }
  return { files, accepted, reports: [...reports.values()] };
}
