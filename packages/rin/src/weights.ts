import type { Tensor } from '@noisesmith/tensor';

/** Parameters under a common prefix: `weights.at('b0.read').tensor('ln.gamma')` is the tensor `b0.read.ln.gamma`. */
export class Weights {
  constructor(
    private readonly all: Readonly<Record<string, Tensor>>,
    private readonly prefix = '',
  ) {}

  at(name: string): Weights {
    return new Weights(this.all, `${this.prefix}${name}.`);
  }

  /** @throws RangeError when there is no such parameter */
  tensor(name: string): Tensor {
    const full = this.prefix + name;
    const found = this.all[full];
    if (!found) throw new RangeError(`parameter '${full}' is missing`);
    return found;
  }
}
