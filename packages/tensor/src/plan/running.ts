import { DeviceError } from '../errors';
import type { TypedArray } from '../ir/dtype';
import type { Graph } from '../ir/program';
import { sizeOf } from '../ir/shape';

export type Inputs = Readonly<Record<string, TypedArray>>;
export type Scalars = Readonly<Record<string, number>>;

/** What a program of any backend asks of its callers, and says in the same words. */
export class Running {
  private destroyed = false;

  constructor(
    private readonly label: string,
    private readonly graph: Graph,
  ) {}

  /** @throws DeviceError after `end` */
  check(): void {
    if (this.destroyed) throw new DeviceError(`${this.label}: used after it was destroyed`);
  }

  end(): void {
    this.destroyed = true;
  }

  /** @throws RangeError, TypeError naming the input; RangeError naming the scalar */
  checkRun(inputs: Inputs, scalars: Scalars): void {
    this.check();
    const { spec } = this.graph;
    for (const [name, { shape, dtype }] of Object.entries(spec.inputs ?? {})) {
      const data = inputs[name];
      const size = sizeOf(shape);
      if (!data || data.length !== size) {
        throw new RangeError(`input '${name}' takes ${size} ${dtype} elements, got ${data ? data.length : 'nothing'}`);
      }
      if (data instanceof Float32Array !== (dtype === 'f32')) {
        throw new TypeError(`input '${name}' is ${dtype}, got a ${data.constructor.name}`);
      }
    }
    for (const name of spec.scalars ?? []) {
      if (scalars[name] === undefined) throw new RangeError(`scalar '${name}' was not given a value`);
    }
  }

  /** @throws RangeError when there is no such output */
  checkOutput(name: string): void {
    this.check();
    const names = Object.keys(this.graph.outputs);
    if (!names.includes(name)) throw new RangeError(`output '${name}' does not exist (outputs: ${names.join(', ')})`);
  }
}
