import { evaluate } from '../../oracle/interpret';
import type { Failure } from './check';
import { isSource, programOf, type Recipe, type Source, usedPlaces } from './recipe';

const MOST_TRIES = 120;

/**
 * A smaller recipe that fails in the same way: outputs and new states go, values become inputs, steps give way to their
 * arguments, for as long as `failure` finds the failure again.
 */
export async function shrink(
  recipe: Recipe,
  kind: string,
  failure: (smaller: Recipe) => Promise<Failure | undefined>,
): Promise<Recipe> {
  let best = recipe;
  let tries = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (const smaller of candidates(best)) {
      if (tries++ >= MOST_TRIES) return best;
      const made = smaller();
      if (!made || (await failure(made))?.kind !== kind) continue;
      best = made;
      changed = true;
      break;
    }
  }
  return best;
}

function* candidates(recipe: Recipe): Generator<() => Recipe | undefined> {
  const { entries, outputs, assigns } = recipe;
  if (outputs.length > 1) for (const place of outputs) yield () => ({ ...recipe, outputs: [place] });
  if (outputs.length > 0 && assigns.size > 0) {
    yield () => ({ ...recipe, assigns: new Map() });
    yield () => ({ ...recipe, outputs: [] });
    for (const place of assigns.keys())
      yield () => ({ ...recipe, assigns: new Map([...assigns].filter(([state]) => state !== place)) });
  }
  const used = usedPlaces(recipe);
  for (let place = entries.length - 1; place >= 0; place--) {
    const entry = entries[place]!;
    if (!used.has(place)) continue;
    if (isSource(entry)) {
      if (entry.kind !== 'input' && !assigns.has(place))
        yield () => replaced(recipe, place, { ...entry, kind: 'input' });
      continue;
    }
    for (const x of entry.xs) yield () => redirected(recipe, place, x);
    if (!outputs.includes(place)) yield () => asInput(recipe, place);
    if (entry.xs.length > 2) {
      for (let i = 0; i < entry.xs.length; i++)
        yield () => replaced(recipe, place, { ...entry, xs: entry.xs.filter((_, j) => j !== i) });
    }
  }
}

const replaced = (recipe: Recipe, place: number, entry: Recipe['entries'][number]): Recipe => ({
  ...recipe,
  entries: recipe.entries.map((other, i) => (i === place ? entry : other)),
});

/** Whatever reads `place` reads `instead`. */
function redirected(recipe: Recipe, place: number, instead: number): Recipe {
  const to = (x: number): number => (x === place ? instead : x);
  return {
    entries: recipe.entries.map((entry) => (isSource(entry) ? entry : { ...entry, xs: entry.xs.map(to) })),
    outputs: [...new Set(recipe.outputs.map(to))],
    assigns: new Map([...recipe.assigns].map(([state, value]) => [state, to(value)])),
  };
}

/** The value at `place`, as the oracle has it, given as an input. */
function asInput(recipe: Recipe, place: number): Recipe | undefined {
  const { graph, values } = programOf([{ ...recipe, outputs: [place], assigns: new Map() }]);
  const [tensor] = Object.values(graph.outputs);
  if (!tensor) return undefined;
  const [data] = evaluate([tensor], values);
  const { shape, dtype } = tensor;
  const source: Source = {
    kind: 'input',
    shape,
    dtype,
    data: dtype === 'f32' ? Float32Array.from(data!) : Uint32Array.from(data!),
  };
  return replaced(recipe, place, source);
}
