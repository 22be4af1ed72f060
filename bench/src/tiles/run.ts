/** The ways in which a matrix product could be computed on the adapter here, beside the one that the rules choose. */
import { parseArgs } from 'node:util';
import { openDevice } from '@noisesmith/tensor';
import { missingAdapter } from '../backend-named';
import { positiveCount } from '../options';
import { describeAdapter } from '../peers/dawn';
import { timeWays } from './measure';
import { parseProducts, usualProducts } from './products';
import { type MeasuredProduct, tilesTable } from './table';

const usage = `usage: bench --tiles [--products LIST] [--rounds N] [--dawn FLAG]...

Times matrix products in each of the ways (form, tile, parts of k) that tune would try on the WebGPU adapter here. The first
of each product is the one by rule.

  --products LIST  m x n over k as MxNxK, such as 512x512x512 (default: ${usualProducts.length} shapes of train steps)
  --rounds N       rounds over the ways of a product, of which the shortest time counts (default 3)
  --dawn FLAG      passed to Dawn, such as --dawn=backend=vulkan; may be repeated`;

/** `bench --tiles`. */
export async function runTiles(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      dawn: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const products = values.products === undefined ? usualProducts : parseProducts(values.products);
  const rounds = positiveCount('--rounds', values.rounds);
  const missing = missingAdapter();
  if (missing !== undefined) throw new Error(`--tiles needs an adapter of WebGPU: ${missing}`);
  using device = await openDevice({ dawnToggles: values.dawn });
  console.log(`adapter: ${describeAdapter(device.profile)}\n`);
  const measured: MeasuredProduct[] = [];
  for (const product of products) {
    console.error(`tiles: ${product.m} × ${product.n} over ${product.k}`);
    measured.push({ product, ways: await timeWays(device, product, rounds) });
  }
  console.log(tilesTable(measured));
}
