// References: the oracle in double precision, for random programs; planted faults, which have to be found and made small.
import { describe, expect, it } from 'vitest';
import { drawRecipe } from './draw';
import { fuzz } from './fuzz';
import { operations } from './operations';
import { isSource, printRecipe, usedPlaces } from './recipe';
import { shrink } from './shrink';

it('runs random programs on WebGPU and WebAssembly as on the oracle', async () => {
  expect(await fuzz({ seed: 1, count: 72 })).toEqual([]);
});

describe('what is drawn', () => {
  const recipes = Array.from({ length: 1500 }, (_, seed) => drawRecipe(seed));

  it('is a function of the seed', () => {
    expect(printRecipe(drawRecipe(7))).toBe(printRecipe(recipes[7]!));
    expect(new Set(recipes.map(printRecipe)).size).toBeGreaterThan(1450);
  });

  it('has every operation, several outputs, and states that change places', () => {
    const drawn = new Set<string>();
    for (const recipe of recipes) {
      for (const place of usedPlaces(recipe)) {
        const entry = recipe.entries[place]!;
        if (!isSource(entry)) drawn.add(entry.op);
      }
    }
    expect(Object.keys(operations).filter((name) => !drawn.has(name))).toEqual([]);
    expect(recipes.filter(({ outputs }) => outputs.length > 1).length).toBeGreaterThan(40);
    const swaps = recipes.filter(({ assigns }) => [...assigns].some(([state, value]) => assigns.get(value) === state));
    expect(swaps.length).toBeGreaterThan(0);
  });
});

it('makes a failing program small', async () => {
  const long = Array.from({ length: 400 }, (_, seed) => drawRecipe(seed)).find(
    (recipe) =>
      [...usedPlaces(recipe)].length > 9 &&
      recipe.entries.some((entry, place) => !isSource(entry) && entry.op === 'concat' && usedPlaces(recipe).has(place)),
  )!;
  // As if every concat were wrong.
  const failure = async (recipe: typeof long) => {
    const wrong = [...usedPlaces(recipe)].some((place) => {
      const entry = recipe.entries[place]!;
      return !isSource(entry) && entry.op === 'concat';
    });
    return wrong ? { kind: 'numbers', text: 'planted' } : undefined;
  };
  const small = await shrink(long, 'numbers', failure);
  const steps = [...usedPlaces(small)].map((place) => small.entries[place]!).filter((entry) => !isSource(entry));
  expect(steps.map((entry) => (isSource(entry) ? '' : entry.op))).toEqual(['concat']);
});
