import type { DType, TypedArray } from '../../ir/dtype';
import { layoutOf } from '../../ir/layout';
import { type Graph, type ProgramSpec, type StateSpec, type TensorSpec, trace } from '../../ir/program';
import { printShape, type Shape } from '../../ir/shape';
import type { Tensor } from '../../ir/tensor';
import { literal } from '../../ops/elementwise';
import { pack } from '../../ops/view';
import type { ComparedValues } from '../compare';
import { operations } from './operations';

/** A tensor whose elements are given. A `part` lies in the program's one flat vector, a `scalar` is a step scalar. */
export interface Source {
  readonly kind: 'input' | 'state' | 'literal' | 'part' | 'scalar';
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: TypedArray;
}

/** What an operation is applied to: earlier values by their place in the recipe, and lists of whole or other numbers. */
export interface Applied {
  readonly xs: readonly number[];
  readonly numbers: readonly (readonly number[])[];
}

export interface Step extends Applied {
  readonly kind: 'step';
  readonly op: string;
}

export type Entry = Source | Step;

/** A program as data, so that it can be made smaller and printed. */
export interface Recipe {
  readonly entries: readonly Entry[];
  /** Places of the values that are read after a run. */
  readonly outputs: readonly number[];
  /** Places of the new value of a state or part, by the place of the state. */
  readonly assigns: ReadonlyMap<number, number>;
}

export const isSource = (entry: Entry): entry is Source => entry.kind !== 'step';

/** Places that outputs and new states stand on. */
export function usedPlaces({ entries, outputs, assigns }: Recipe): Set<number> {
  const used = new Set<number>();
  const visit = (place: number): void => {
    if (used.has(place)) return;
    used.add(place);
    const entry = entries[place]!;
    if (!isSource(entry)) for (const x of entry.xs) visit(x);
  };
  for (const place of [...outputs, ...assigns.keys(), ...assigns.values()]) visit(place);
  return used;
}

const FLAT = 'flat';

interface Named {
  readonly place: number;
  readonly name: string;
  readonly source: Source;
}

const sourcesOf = (recipe: Recipe, prefix: string): Named[] => {
  const used = usedPlaces(recipe);
  return recipe.entries.flatMap((source, place) =>
    isSource(source) && used.has(place) ? [{ place, name: `${prefix}${source.kind[0]}${place}`, source }] : [],
  );
};

const layoutFor = (sources: readonly Named[]) =>
  layoutOf(
    Object.fromEntries(sources.flatMap(({ name, source }) => (source.kind === 'part' ? [[name, source.shape]] : []))),
  );

/** Several recipes as one program: names of recipe r begin with `${r}.`. */
export function programOf(recipes: readonly Recipe[]): { graph: Graph; values: ComparedValues } {
  const inputs: Record<string, TensorSpec> = {};
  const state: Record<string, StateSpec> = {};
  const values = {
    inputs: {} as Record<string, TypedArray>,
    state: {} as Record<string, TypedArray>,
    scalars: {} as Record<string, number>,
  };
  const named = recipes.map((recipe, r) => sourcesOf(recipe, `${r}.`));
  named.forEach((sources, r) => {
    const layout = layoutFor(sources);
    if (layout.size > 0) {
      state[`${r}.${FLAT}`] = layout;
      values.state[`${r}.${FLAT}`] = new Float32Array(layout.size);
    }
    for (const { name, source } of sources) {
      const { kind, shape, dtype, data } = source;
      if (kind === 'input') inputs[name] = { shape, dtype };
      if (kind === 'input') values.inputs[name] = data;
      if (kind === 'state') state[name] = { shape, dtype };
      if (kind === 'state') values.state[name] = data;
      if (kind === 'scalar') values.scalars[name] = data[0]!;
      if (kind === 'part') {
        values.state[`${r}.${FLAT}`]!.set(data, layout.segments.find((s) => s.name === name)!.offset);
      }
    }
  });
  const spec: ProgramSpec = { inputs, state, scalars: Object.keys(values.scalars) };
  const graph = trace(spec, (given) => {
    const outputs: Record<string, Tensor> = {};
    const assigned: Record<string, Tensor> = {};
    recipes.forEach((recipe, r) => {
      const made = tensorsOf(recipe, named[r]!, given as unknown as Given, `${r}.${FLAT}`);
      for (const place of recipe.outputs) outputs[`${r}.v${place}`] = made[place]!;
      Object.assign(assigned, newStates(recipe, named[r]!, made, `${r}.${FLAT}`));
    });
    return { outputs, state: assigned };
  });
  return { graph, values };
}

interface Given {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly state: Readonly<Record<string, Tensor & { readonly tensors: Readonly<Record<string, Tensor>> }>>;
  readonly scalars: Readonly<Record<string, Tensor>>;
}

function tensorsOf(recipe: Recipe, sources: readonly Named[], given: Given, flat: string): (Tensor | undefined)[] {
  const made: (Tensor | undefined)[] = [];
  for (const { place, name, source } of sources) {
    const { kind, data, shape } = source;
    if (kind === 'literal') made[place] = literal(data as Float32Array | Uint32Array, shape);
    else if (kind === 'part') made[place] = given.state[flat]!.tensors[name]!;
    else made[place] = given[kind === 'input' ? 'inputs' : kind === 'state' ? 'state' : 'scalars'][name]!;
  }
  const used = usedPlaces(recipe);
  recipe.entries.forEach((entry, place) => {
    if (!isSource(entry) && used.has(place)) made[place] = apply(entry, (x) => made[x]!);
  });
  return made;
}

export const apply = ({ op, xs, numbers }: Step, at: (place: number) => Tensor): Tensor =>
  operations[op]!.build(xs.map(at), numbers);

/** A new value of a part makes a new flat vector, of new and of old parts. */
function newStates(
  { assigns, entries }: Recipe,
  sources: readonly Named[],
  made: readonly (Tensor | undefined)[],
  flat: string,
): Record<string, Tensor> {
  const out: Record<string, Tensor> = {};
  const parts = sources.filter(({ source }) => source.kind === 'part');
  for (const { place, name, source } of sources) {
    if (source.kind === 'state' && assigns.has(place)) out[name] = made[assigns.get(place)!]!;
  }
  if ([...assigns.keys()].some((place) => entries[place]!.kind === 'part')) {
    const { segments, size } = layoutFor(sources);
    out[flat] = pack(
      parts.map(({ place }) => made[assigns.get(place) ?? place]!),
      segments,
      size,
    );
  }
  return out;
}

/** Numbers are printed where there are no more than this. */
const SHORT = 24;

/** The program as text, a line for each value. */
export function printRecipe(recipe: Recipe): string {
  const used = usedPlaces(recipe);
  const lines = recipe.entries.flatMap((entry, place) => {
    if (!used.has(place)) return [];
    if (isSource(entry)) {
      const { kind, dtype, shape, data } = entry;
      const shown = data.length <= SHORT ? `[${[...data].join(', ')}]` : `${data.length} numbers`;
      return [`  v${place} = ${kind} ${dtype} ${printShape(shape)}: ${shown}`];
    }
    const given = [...entry.xs.map((x) => `v${x}`), ...entry.numbers.map((list) => `[${list.join(', ')}]`)];
    return [`  v${place} = ${entry.op}(${given.join(', ')})`];
  });
  const assigned = [...recipe.assigns].map(([state, value]) => `v${state} <- v${value}`);
  return [
    ...lines,
    `  outputs ${recipe.outputs.map((v) => `v${v}`).join(', ') || 'none'}`,
    ...assigned.map((a) => `  ${a}`),
  ].join('\n');
}
