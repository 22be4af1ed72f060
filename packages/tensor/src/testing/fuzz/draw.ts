import { operations } from './operations';
import { Pool } from './pool';
import { isSource, type Recipe, usedPlaces } from './recipe';

/** Names, each as often as its weight says. */
const lot: readonly string[] = Object.entries(operations).flatMap(([name, { weight = 1 }]) =>
  new Array<string>(Math.round(weight * 10)).fill(name),
);

/** Operations of a program: most are small, since each kernel takes its time to compile. */
const MOST_STEPS = [2, 3, 5, 8];
/** Draws that come to nothing, such as a gradient of a program that has no sum yet, end a program at last. */
const MOST_DRAWS = 40;

/** The random program of a seed: up to eight operations, a few outputs, and new values for some of its states. */
export function drawRecipe(seed: number): Recipe {
  const pool = new Pool(seed);
  const { random } = pool;
  pool.source(pool.shape(1));
  let left = random.between(1, random.pick(MOST_STEPS));
  for (let draws = 0; left > 0 && draws < MOST_DRAWS; draws++) {
    const op = random.pick(lot);
    const { draw, exact } = operations[op]!;
    const drawn = draw(pool);
    if (drawn && pool.add({ kind: 'step', op, ...drawn }, exact ?? false)) left--;
  }
  const steps = pool.known.filter(({ place }) => !isSource(pool.entries[place]!));
  const last = steps.at(-1)?.place ?? 0;
  const read = new Set(pool.entries.flatMap((entry) => (isSource(entry) ? [] : entry.xs)));
  const shown = (place: number): boolean => place !== last && random.chance(read.has(place) ? 0.1 : 0.5);
  const some = steps.map(({ place }) => place).filter(shown);
  const recipe = { entries: pool.entries, outputs: [...some, last], assigns: new Map<number, number>() };
  return { ...recipe, assigns: drawAssigns(pool, recipe) };
}

/** States take values of their shape, among them those of other states: these change places. */
function drawAssigns(pool: Pool, recipe: Recipe): Map<number, number> {
  const { random } = pool;
  const used = usedPlaces(recipe);
  const assigns = new Map<number, number>();
  pool.entries.forEach((entry, place) => {
    if (!isSource(entry) || !used.has(place) || (entry.kind !== 'state' && entry.kind !== 'part')) return;
    if (random.chance(0.3)) return;
    const { tensor } = pool.at(place);
    const same = pool.known.filter(
      (k) => k.place !== place && k.tensor.dtype === tensor.dtype && String(k.tensor.shape) === String(tensor.shape),
    );
    if (same.length > 0) assigns.set(place, random.pick(same).place);
  });
  return assigns;
}
