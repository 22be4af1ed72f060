import { add, type Condition, factorOf, type Index, inside, multiply, variable } from '../../ir/index-value';

/** Where an element lies. */
export interface ElementPlace {
  /** In floats from the operand's first. */
  readonly index: Index;
  /** Absent where the element is always there; where it does not hold, zero stands in its place, as outside a pad. */
  readonly valid?: Condition;
}

/** One operand of a batched product C[batch, m, n] = Σ_k A[batch, m, k]·B[batch, k, n]: any view of what is in memory. */
export interface ContractOperand {
  readonly batch: number;
  /** Rows of the first operand, columns of the second. */
  readonly rows: number;
  /** Length of the sums. */
  readonly depth: number;
  /** Variables of the index are in the arguments alone. */
  element(at: { readonly batch: Index; readonly row: Index; readonly depth: Index }): ElementPlace;
}

/** An operand with strides in elements. */
export const strided = (
  sizes: { readonly batch: number; readonly rows: number; readonly depth: number },
  strides: { readonly batch: number; readonly row: number; readonly depth: number },
): ContractOperand => ({
  ...sizes,
  element: (at) => ({
    index: [multiply(at.batch, strides.batch), multiply(at.row, strides.row), multiply(at.depth, strides.depth)].reduce(
      add,
    ),
  }),
});

/**
 * How a panel of rows lies in memory. Steps of the sum go in runs: within one, elements are `depthStride` apart.
 *
 * The place of a row's element is an index of the variables `batch`, `outer` (which run) and `row`, or `panel` where rows
 * have a stride: then it is that of the panel's first row.
 */
export interface PanelLayout {
  readonly run: number;
  readonly depthStride: number;
  /** Undefined where each row of a panel has a place of its own. */
  readonly rowStride: number | undefined;
  /** Of the first step of a run. */
  readonly place: ElementPlace;
}

const divisors = (n: number): number[] =>
  Array.from({ length: Math.floor(Math.sqrt(n)) }, (_, i) => i + 1)
    .filter((d) => n % d === 0)
    .flatMap((d) => (d * d === n ? [d] : [d, n / d]))
    .sort((a, b) => b - a);

const free = ({ valid = [] }: ElementPlace, name: string): boolean => valid.every(({ x }) => factorOf(x, name) === 0);

const layouts = new WeakMap<ContractOperand, Map<number, PanelLayout>>();

/** How panels of `width` rows lie: in as long runs as there are, and with a stride between rows if that costs no run. */
export function panelLayout(operand: ContractOperand, width: number): PanelLayout {
  const known = layouts.get(operand) ?? new Map<number, PanelLayout>();
  layouts.set(operand, known);
  const found = known.get(width) ?? findLayout(operand, width);
  known.set(width, found);
  return found;
}

function findLayout(operand: ContractOperand, width: number): PanelLayout {
  const { rows, depth } = operand;
  const panels = Math.ceil(rows / width);
  const batch = variable('batch', operand.batch);
  const own = variable('row', rows);
  const panel = multiply(variable('panel', panels), width);
  const layout = (run: number, together: boolean): PanelLayout | undefined => {
    const outer = multiply(variable('outer', depth / run), run);
    // Rows that the last panel lacks are not read.
    const at = { batch, row: together ? inside(add(panel, variable('lane', width)), rows) : own };
    const found = operand.element({ ...at, depth: add(outer, variable('inner', run)) });
    const depthStride = factorOf(found.index, 'inner');
    const rowStride = together ? factorOf(found.index, 'lane') : undefined;
    if (depthStride === undefined || !free(found, 'inner')) return undefined;
    if (together && (rowStride === undefined || !free(found, 'lane'))) return undefined;
    const first = { batch, row: together ? panel : own, depth: outer };
    return { run, depthStride, rowStride, place: operand.element(first) };
  };
  const runs = divisors(depth);
  const best = (together: boolean): PanelLayout | undefined => {
    for (const run of runs) {
      const found = layout(run, together);
      if (found) return found;
    }
    return undefined;
  };
  const [shared, apart] = [best(true), best(false)];
  if (shared && (!apart || shared.run >= apart.run || shared.rowStride === 1)) return shared;
  if (apart) return apart;
  // A run of one step has a place for each element.
  return {
    run: 1,
    depthStride: 0,
    rowStride: undefined,
    place: operand.element({ batch, row: own, depth: variable('outer', depth) }),
  };
}

/** The layout of an operand that can be multiplied where it lies: one run, a stride between rows, nothing outside. */
export function directLayout(
  operand: ContractOperand,
  width: number,
): (PanelLayout & { rowStride: number }) | undefined {
  const found = panelLayout(operand, width);
  const { rowStride, run, place } = found;
  return rowStride !== undefined && run === operand.depth && !place.valid ? { ...found, rowStride } : undefined;
}
