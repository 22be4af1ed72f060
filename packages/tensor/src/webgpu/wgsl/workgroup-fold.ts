/**
 * Long folds on GPUs, where a load takes as long as thousands of additions and waits for whatever is in line before it:
 * the invocations of a workgroup share a result. Each folds every so manieth element, four of them at a time that wait
 * for nothing, and what they have is folded in a tree through workgroup memory. Neighbouring invocations load
 * neighbours. The order depends on the shapes alone.
 */
import { entryParameters, workgroupId } from './kernels/kernel';

/** What one invocation gathers: a variable that starts at `start`, and how two of them become one. */
export interface Accumulator {
  readonly name: string;
  readonly type: string;
  readonly start: string;
  combine(a: string, b: string): string;
}

export const sumAccumulator = (name: string, type: 'f32' | 'vec4<f32>'): Accumulator => ({
  name,
  type,
  start: `${type}()`,
  combine: (a, b) => `${a} + ${b}`,
});

/** What takes statements. */
export interface Statements {
  statement(line: string): void;
  /** A nested block that runs `times` times in one invocation, on average. */
  block(header: string, times: number, body: () => void): void;
}

/** Statements as lines, of which nothing is counted. */
export class Lines implements Statements {
  private readonly lines: string[] = [];
  private depth = 1;

  get text(): string {
    return this.lines.join('\n');
  }

  statement(line: string): void {
    this.lines.push(`${'  '.repeat(this.depth)}${line}`);
  }

  block(header: string, _times: number, body: () => void): void {
    this.statement(`${header} {`);
    this.depth++;
    body();
    this.depth--;
    this.statement('}');
  }
}

/** Invocations of a workgroup: the most that every adapter runs. */
const INVOCATIONS = 256;
/** Elements that an invocation loads before it folds the first of them. */
const AT_ONCE = 4;
/** Results side by side in a workgroup fill a line of memory of 128 bytes, or at least a sector of it of 32. */
const LINE = 32;
const SECTOR = 8;
/** Invocations that run together: fewer in a workgroup would leave some of them idle. */
const TOGETHER = 32;
/** Workgroups that there have to be for each multiprocessor of a large GPU to get one. */
const ONE_EACH = 128;
/** Workgroups that keep a GPU busy. */
const ENOUGH_WORKGROUPS = 1024;
/** Above this many elements for an invocation, a second stage costs less than the wait for them. */
const MOST_ELEMENTS = 64;
/** Elements for an invocation that are worth a part of their own. */
const PART_ELEMENTS = 16;

const powerAbove = (x: number): number => 2 ** Math.ceil(Math.log2(x));
const powerBelow = (x: number): number => 2 ** Math.floor(Math.log2(x));

/** How a fold is dealt out: invocations of a workgroup lie in `tall` rows of `wide` columns, a result to a column. */
export interface FoldShape {
  /** Results, or vectors of them. */
  readonly columns: number;
  /** Elements of each. */
  readonly length: number;
  /** Neighbouring invocations take elements of one result, not results. */
  readonly along: boolean;
  /** Powers of two. */
  readonly wide: number;
  readonly tall: number;
  /** Workgroups side by side, which have all columns between them. */
  readonly groups: number;
  /** Parts of the elements, each of which gives results of its own, and elements of all but the last of them. */
  readonly parts: number;
  readonly part: number;
}

/** @param width elements of a result: 1, or 4 where it is a vector of neighbours */
export function foldShape({
  columns,
  length,
  width,
  along,
}: Pick<FoldShape, 'columns' | 'length' | 'along'> & { readonly width: 1 | 4 }): FoldShape {
  const rows = Math.min(INVOCATIONS, powerBelow(Math.max(1, length / AT_ONCE)));
  const widest = Math.max(along ? 1 : LINE / width, INVOCATIONS / rows);
  const narrowest = Math.max(along ? 1 : SECTOR / width, TOGETHER / rows);
  const within = (wide: number): number => Math.min(wide, powerAbove(columns));
  const tallFor = (wide: number): number => Math.min(rows, INVOCATIONS / wide);
  const groupsOf = (wide: number): number => Math.ceil(columns / wide);
  const whole = (wide: number): FoldShape => {
    const shape = { columns, length, along, wide, tall: tallFor(wide), groups: groupsOf(wide) };
    return { ...shape, parts: 1, part: length };
  };

  let narrow = widest;
  while (narrow > narrowest && groupsOf(narrow) < ONE_EACH) narrow /= 2;
  const one = whole(within(narrow));
  if (length <= one.tall * MOST_ELEMENTS) return one;
  // Parts make enough workgroups of whole lines.
  const lines = whole(within(widest));
  const most = Math.ceil(length / lines.tall / PART_ELEMENTS);
  const wanted = Math.min(most, Math.ceil(ENOUGH_WORKGROUPS / lines.groups));
  if (wanted <= 1) return lines;
  const turn = lines.tall * AT_ONCE;
  const part = Math.ceil(length / wanted / turn) * turn;
  return { ...lines, part, parts: Math.ceil(length / part) };
}

/** Places for the partial results of all parts: part by part, one for each column. */
export const partialResults = ({ columns, parts }: FoldShape): number => (parts > 1 ? columns * parts : 0);

export const foldWorkgroups = ({ groups, parts }: FoldShape): number => groups * parts;

/** Of all workgroups, those included that have no column. */
export const foldInvocations = (s: FoldShape): number => foldWorkgroups(s) * s.wide * s.tall;

/** Turns of an invocation's two loops, on average: of several elements and, for what is left, of one. */
function turnsOf({ length, part, parts, tall }: FoldShape): { many: number; one: number } {
  const ofPart = (elements: number): { many: number; one: number } => {
    const [least, longer] = [Math.floor(elements / tall), elements % tall];
    const turns = (of: (own: number) => number): number => longer * of(least + 1) + (tall - longer) * of(least);
    return { many: turns((own) => Math.floor(own / AT_ONCE)), one: turns((own) => own % AT_ONCE) };
  };
  const [whole, last] = [ofPart(part), ofPart(length - (parts - 1) * part)];
  const mean = (of: 'many' | 'one'): number => ((parts - 1) * whole[of] + last[of]) / (parts * tall);
  return { many: mean('many'), one: mean('one') };
}

/**
 * Loops over the elements r, r + step, … below `end`. `take` writes what folds the elements of some indices, which are
 * WGSL variables: loads first, so that they wait for one another no more than they have to.
 */
export function foldLoops(
  w: Statements,
  { step, end, turns }: { step: number; end: string; turns: { many: number; one: number } },
  take: (elements: readonly string[]) => void,
): void {
  const others = Array.from({ length: AT_ONCE - 1 }, (_, i) => `r_${i + 1}`);
  if (turns.many > 0) {
    w.block(`for (; r + ${(AT_ONCE - 1) * step}u < ${end}; r += ${AT_ONCE * step}u)`, turns.many, () => {
      others.forEach((name, i) => {
        w.statement(`let ${name} = r + ${(i + 1) * step}u;`);
      });
      take(['r', ...others]);
    });
  }
  if (turns.one > 0) w.block(`for (; r < ${end}; r += ${step}u)`, turns.one, () => take(['r']));
}

const shared = ({ name }: Accumulator): string => `shared_${name}`;

/** Declarations of the workgroup memory that {@link foldTeam} needs. */
export const foldDeclarations = (accumulators: readonly Accumulator[], invocations: number): string =>
  accumulators.map((a) => `var<workgroup> ${shared(a)}: array<${a.type}, ${invocations}>;`).join('\n');

/**
 * Folds, in uniform control flow, what the `tall` invocations of each of `wide` columns have; `slot`, wide · row +
 * column, is the place of an invocation. Then `finish` writes what the first `wide` invocations, of place `lane`, do with
 * the results, which have the names of the accumulators.
 */
export function foldTeam(
  w: Statements,
  {
    accumulators,
    wide,
    tall,
    slot,
  }: { accumulators: readonly Accumulator[]; wide: number; tall: number; slot: string },
  finish: () => void,
): void {
  const folded = (a: Accumulator, other: string): string =>
    a.combine(`${shared(a)}[lane]`, `${shared(a)}[lane + ${other}]`);
  for (const a of accumulators) w.statement(`${shared(a)}[${slot}] = ${a.name};`);
  w.statement('workgroupBarrier();');
  if (tall > 2) {
    w.block(`for (var half = ${(wide * tall) / 2}u; half > ${wide}u; half /= 2u)`, Math.log2(tall) - 1, () => {
      w.block('if (lane < half)', 1, () => {
        for (const a of accumulators) w.statement(`${shared(a)}[lane] = ${folded(a, 'half')};`);
      });
      w.statement('workgroupBarrier();');
    });
  }
  w.block(`if (lane < ${wide}u)`, 1 / tall, () => {
    for (const a of accumulators) {
      w.statement(`let ${a.name} = ${tall > 1 ? folded(a, `${wide}u`) : `${shared(a)}[lane]`};`);
    }
    finish();
  });
}

export interface Fold {
  readonly accumulators: readonly Accumulator[];
  /** Writes what folds elements, by the names of their indices, of result `i`. */
  take(elements: readonly string[]): void;
  /** Writes what becomes of result `i`; of part `part` of it, where there are parts. */
  finish(): void;
}

/** The module that computes a fold; `w` is new, and gives its text. */
export function foldModule(w: Statements & { readonly text: string }, s: FoldShape, fold: Fold): string {
  const { columns, length, along, wide, tall, groups, part, parts } = s;
  const { accumulators } = fold;
  const result = (column: string): string => `let i = ${groups > 1 ? `origin + ${column}` : column};`;
  const within = (body: () => void): void => {
    if (columns % wide === 0) body();
    else w.block(`if (i < ${columns}u)`, columns / (groups * wide), body);
  };
  for (const { name, start } of accumulators) w.statement(`var ${name} = ${start};`);
  w.statement(`var r = ${parts > 1 ? `part * ${part}u + row` : 'row'};`);
  if (parts > 1) w.statement(`let end = min((part + 1u) * ${part}u, ${length}u);`);
  within(() => foldLoops(w, { step: tall, end: parts > 1 ? 'end' : `${length}u`, turns: turnsOf(s) }, fold.take));
  const slot = along ? `row * ${wide}u + column` : 'lane';
  foldTeam(w, { accumulators, wide, tall, slot }, () => {
    w.statement(result('lane'));
    within(fold.finish);
  });
  const head = [
    ...(groups > 1 ? [`let origin = (id % ${groups}u) * ${wide}u;`] : []),
    ...(parts > 1 ? [`let part = id / ${groups}u;`] : []),
    `let column = lane ${along ? `/ ${tall}u` : `% ${wide}u`};`,
    `let row = lane ${along ? `% ${tall}u` : `/ ${wide}u`};`,
    result('column'),
  ];
  return `${foldDeclarations(accumulators, wide * tall)}
@compute @workgroup_size(${wide * tall})
fn main(${entryParameters}) {
  let id = ${workgroupId};
  if (id >= ${groups * parts}u) { return; }
${head.map((line) => `  ${line}`).join('\n')}
${w.text}
}`;
}
