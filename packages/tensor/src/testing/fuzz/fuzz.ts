import type { Wasm } from '../../wasm/backend';
import { openWasm } from '../../wasm/open';
import type { Device } from '../../webgpu/device';
import { openDevice } from '../../webgpu/open';
import { type Failure, failureOf } from './check';
import { drawRecipe } from './draw';
import { printRecipe, type Recipe } from './recipe';
import { shrink } from './shrink';
import { openAsGpu, type Way, waysOf } from './ways';

export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  /** Told of each failure as it is found. */
  readonly onFailure?: (report: string) => void;
  readonly onProgress?: (done: number) => void;
}

/** Programs that are compiled as one, so that what one compile costs is shared. */
const TOGETHER = 8;

/** A device as it is, one that plans as for a GPU, and WebAssembly, opened when they are wanted. */
class Backends {
  private plain: Device | undefined;
  private gpu: Device | undefined;
  private wasm: Wasm | undefined;

  async own(): Promise<Device> {
    this.plain ??= await openDevice();
    return this.plain;
  }

  async for({ on }: Way): Promise<Device | Wasm> {
    if (on === 'wasm') {
      this.wasm ??= await openWasm();
      return this.wasm;
    }
    if (on === 'webgpu') return this.own();
    this.gpu ??= await openAsGpu();
    return this.gpu;
  }

  close(): void {
    this.plain?.destroy();
    this.gpu?.destroy();
    this.wasm?.destroy();
    this.plain = undefined;
    this.gpu = undefined;
    this.wasm = undefined;
  }
}

/**
 * Random programs of the seeds from `seed` on, each compared with the oracle in one of the ways there are, seed by seed.
 *
 * @returns a report of each failure: seed, way, what is wrong, and the program made small
 */
export async function fuzz({ seed, count, onFailure, onProgress }: FuzzOptions): Promise<string[]> {
  const reports: string[] = [];
  const report = (text: string): void => {
    reports.push(text);
    onFailure?.(text);
  };
  const backends = new Backends();
  for (let first = seed; first < seed + count; first += TOGETHER) {
    const last = Math.min(first + TOGETHER, seed + count) - 1;
    for (const text of await failuresOf(backends, first, last)) report(text);
    onProgress?.(last + 1 - seed);
  }
  backends.close();
  return reports;
}

/** Reports of the seeds from `first` to `last`, which are compiled as one. */
async function failuresOf(backends: Backends, first: number, last: number): Promise<string[]> {
  const ways = waysOf((await backends.own()).profile);
  const way = ways[Math.floor(first / TOGETHER) % ways.length]!;
  const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const recipes = seeds.map(drawRecipe);
  const check = async (some: readonly Recipe[]): Promise<Failure | undefined> => {
    const failure = await failureOf(await backends.for(way), some, way, first);
    // An error that WebGPU tells of late is the device's end.
    if (failure && failure.kind !== 'numbers') backends.close();
    return failure;
  };
  const together = await check(recipes);
  if (!together) return [];
  const found: string[] = [];
  for (const [i, recipe] of recipes.entries()) {
    const failure = await check([recipe]);
    if (!failure) continue;
    const small = await shrink(recipe, failure.kind, (smaller) => check([smaller]));
    const { text } = (await check([small])) ?? failure;
    found.push(`seed ${seeds[i]}, ${way.name}: ${text}\n${printRecipe(small)}`);
  }
  return found.length > 0 ? found : [`seeds ${first} to ${last}, ${way.name}, together only: ${together.text}`];
}
