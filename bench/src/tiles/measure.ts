import { type Device, f32, type Graph, makePlan, matmul, type Site, type Target, trace } from '@noisesmith/tensor';
import type { Product } from './products';

/** One of the ways in which the engine would compute a product, and what it takes. */
export interface Way {
  /** Form and tile, as `tune` calls them. */
  readonly name: string;
  /** Milliseconds of all its kernels, the shortest of several rounds. */
  readonly milliseconds: number;
}

/** A product of two arrays as they lie, row by row. */
export const productGraph = ({ m, n, k }: Product): Graph =>
  trace({ inputs: { a: f32(m, k), b: f32(k, n) } }, ({ inputs }) => ({ outputs: { c: matmul(inputs.a, inputs.b) } }));

/** The contraction of a product's plan, with its candidates, best first by rule. */
export function siteOf(product: Product, target: Target): Site {
  const { sites } = makePlan(productGraph(product), target, { choices: new Map() });
  if (sites.length !== 1) throw new Error(`a product has ${sites.length} places to choose for`);
  return sites[0]!;
}

/** Times a product in each way that `tune` would try here, that of the rules first, in turns. */
export async function timeWays(device: Device, product: Product, rounds: number): Promise<Way[]> {
  const { key, candidates } = siteOf(product, device.target);
  const graph = productGraph(product);
  const best = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const name of candidates) {
      using program = await device.compile(graph, { choices: new Map([[key, name]]) });
      const times = await program.profile();
      const sum = times.reduce((total, { milliseconds }) => total + milliseconds, 0);
      const { chosen } = program.plan.sites[0]!;
      best.set(chosen, Math.min(best.get(chosen) ?? sum, sum));
    }
  }
  return [...best].map(([name, milliseconds]) => ({ name, milliseconds }));
}
