import { factorOf, type Index, inside, indexArithmetic as m, quadVariable, variable } from '../ir/index-value';
import type { Tensor } from '../ir/tensor';
import { viewSource } from '../ir/view';
import { type ContractRoles, contractRoles } from '../lower/contract-roles';
import { Emitter, type Memory } from '../lower/emitter';
import { ElementIndex } from '../lower/index-form';
import type { Group } from '../plan/fuse';
import type { GroupValues } from '../plan/target';
import { Body, type Value } from './assembler';
import type { Contraction } from './forms/contract';
import { input } from './forms/form';
import type { ContractOperand, ElementPlace } from './forms/operand';
import { type PlacedMemory, placedMemory } from './lower-form';
import type { WasmMachine } from './machine';
import { Operands } from './operands';
import { WasmWriter } from './writer/writer';

type Int = Value<'i32'>;
type Flat = Parameters<ContractRoles['indexA']>[0];

/** A contraction as rows of `a` times columns of `b`, whose columns are neighbours in the result. */
interface Product {
  readonly a: Side;
  readonly b: Side;
  readonly sizes: { readonly batch: number; readonly rows: number; readonly columns: number; readonly depth: number };
  result(at: { readonly batch: Index; readonly row: Index; readonly column: Index }): Index;
}

interface Side {
  readonly tensor: Tensor;
  index(at: { readonly batch: Index; readonly row: Index; readonly depth: Index }): Index;
}

/** What the fast form of a contraction is asked for; undefined where it has none: then the plain one is. */
export function contractionOf(
  machine: WasmMachine,
  memory: Memory,
  group: Group,
  values: GroupValues,
): { readonly contraction: Contraction; readonly placed: PlacedMemory } | undefined {
  const product = productOf(group.anchor);
  const { batch, rows, columns, depth } = product.sizes;
  const [left, right] = [sideOf(product.a, memory), sideOf(product.b, memory)];
  if (!left || !right) return undefined;
  const operands = new Operands(values);
  const store = storing({ machine, memory, group, product }, operands);
  // Written once to see what it is given.
  const trial = new Body(['i32']);
  const at = trial.arguments()[0] as Int;
  const sums = new WasmWriter(trial, operands.at([], at), at, machine.relaxed).constant(0, 'f32');
  const operations = store(trial, { batch: at, row: at, column: at }, sums, 4, []);
  const found = operands.all;
  return {
    contraction: {
      a: { batch, rows, depth, element: left.element, memory: input(0) },
      b: { batch, rows: columns, depth, element: right.element, memory: input(1) },
      relaxed: machine.relaxed,
      operations,
      operands: found.map(({ writable }, i) => ({ memory: input(2 + i), writable })),
      store,
    },
    placed: placedMemory(
      values,
      { inputs: [values.placeOf(left.tensor), values.placeOf(right.tensor), ...found.map(({ place }) => place)] },
      machine.threads,
    ),
  };
}

/** The operands are exchanged where neighbours of the result are rows. */
function productOf(anchor: Tensor): Product {
  if (anchor.node.kind !== 'contract') throw new Error('not a contract');
  const { spec, a, b } = anchor.node;
  const { sizes, indexA, indexB, indexOut } = contractRoles(spec, a, b);
  const turned = sizes.m > 1 && factorOf(indexOut({ m: variable('m', sizes.m) }), 'm') === 1;
  const flat = (batch: Index, row: Index, column: Index): Flat =>
    turned ? { batch, n: row, m: column } : { batch, m: row, n: column };
  const left: Side = { tensor: a, index: ({ batch, row, depth }) => indexA({ batch, m: row, k: depth }) };
  const right: Side = { tensor: b, index: ({ batch, row, depth }) => indexB({ batch, n: row, k: depth }) };
  return {
    a: turned ? right : left,
    b: turned ? left : right,
    sizes: {
      batch: sizes.batch,
      rows: turned ? sizes.n : sizes.m,
      columns: turned ? sizes.m : sizes.n,
      depth: sizes.k,
    },
    result: ({ batch, row, column }) => indexOut(flat(batch, row, column)),
  };
}

/** An operand, through views, in the tensor that is in memory; undefined where views are around other numbers than zero. */
function sideOf(
  { tensor, index }: Side,
  memory: Memory,
): { readonly tensor: Tensor; readonly element: ContractOperand['element'] } | undefined {
  let stored = tensor;
  while (!memory.isStored(stored) && stored.node.kind === 'view') {
    const { view } = stored.node;
    if (view.kind === 'pad' && view.value !== 0) return undefined;
    stored = stored.node.x;
  }
  if (!memory.isStored(stored)) return undefined;
  const element = (at: Parameters<ContractOperand['element']>[0]): ElementPlace =>
    throughViews(memory, tensor, ElementIndex.linear(tensor.shape, index(at)));
  return { tensor: stored, element };
}

function throughViews(memory: Memory, t: Tensor, index: ElementIndex): ElementPlace {
  if (memory.isStored(t) || t.node.kind !== 'view') return { index: index.linear };
  const { view, x } = t.node;
  if (view.kind === 'reshape') return throughViews(memory, x, index.reshaped(x.shape));
  const { coords, valid = [] } = viewSource(view, x.shape, index.coords, m);
  const inner = throughViews(memory, x, ElementIndex.at(x.shape, coords));
  const both = [...valid, ...(inner.valid ?? [])];
  return { index: inner.index, ...(both.length > 0 && { valid: both }) };
}

interface Storing {
  readonly machine: WasmMachine;
  readonly memory: Memory;
  readonly group: Group;
  readonly product: Product;
}

/** Makes four sums the elements of the anchor that they are, and stores what stands on them; gives the operations that this takes. */
function storing(
  { machine, memory, group, product }: Storing,
  operands: Operands,
): (...args: Parameters<Contraction['store']>) => number {
  const { anchor, outputs } = group;
  const { batch, rows, columns } = product.sizes;
  const at = product.result({
    batch: variable('batch', batch),
    row: variable('row', rows),
    // Neighbours beyond the edge are not stored.
    column: inside(quadVariable('column', 0, columns), columns),
  });
  return (b, place, sums, lanes, addresses) => {
    const writer = new WasmWriter(b, operands.at(addresses, place.row), place.row, machine.relaxed, lanes);
    for (const [name, value] of Object.entries(place)) writer.given(name, b.let(value));
    const e = new Emitter<Value<'v128'>, WasmWriter>(memory, writer);
    e.result(anchor, ElementIndex.linear(anchor.shape, at), b.let(sums));
    for (const t of outputs) writer.storeFour(t, at, [e.value(t, ElementIndex.linear(t.shape, at))]);
    return e.work.flops / 4;
  };
}
