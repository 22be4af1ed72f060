/** A matrix product: m × k by k × n. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

const product = (m: number, n: number, k: number): Product => ({ m, n, k });

/** Shapes of train steps: of `small`, and of `cifar10`, whose gradients have few results and long sums. */
export const usualProducts: readonly Product[] = [
  product(1024, 256, 1024),
  product(32768, 512, 2048),
  product(2048, 512, 32768),
  product(512, 512, 32768),
  product(512, 128, 512),
  product(1024, 256, 256),
  product(1024, 1024, 256),
  product(256, 1024, 1024),
  product(1024, 1024, 1024),
  product(256, 256, 65536),
];

/** @throws Error naming the flag */
export function parseProducts(list: string): Product[] {
  return list.split(',').map((entry) => {
    const found = /^([1-9]\d*)x([1-9]\d*)x([1-9]\d*)$/.exec(entry.trim());
    if (!found) throw new Error(`--products: ${JSON.stringify(entry)}, expected MxNxK, such as 1024x256x512`);
    const [m, n, k] = found.slice(1).map(Number);
    return product(m!, n!, k!);
  });
}
