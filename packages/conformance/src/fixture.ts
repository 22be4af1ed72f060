import { FormatError, type NdArray, readSafetensors, toFloat32 } from '@noisesmith/formats';

/** A fixture file: inputs, parameters and expected values by name. */
export class Fixture {
  readonly metadata: Readonly<Record<string, string>>;
  private readonly tensors: ReadonlyMap<string, NdArray>;

  constructor(
    bytes: Uint8Array,
    readonly name: string,
  ) {
    const { metadata, tensors } = readSafetensors(bytes, { name });
    this.metadata = metadata;
    this.tensors = tensors;
  }

  error(problem: string): FormatError {
    return new FormatError(`${this.name}: ${problem}`);
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** @throws FormatError when there is no such tensor */
  data(name: string): Float32Array<ArrayBuffer> {
    return toFloat32(this.array(name)) as Float32Array<ArrayBuffer>;
  }

  shape(name: string): readonly number[] {
    return this.array(name).shape;
  }

  /** Names of the values to compute: large ones stand in the file as a digest, and are written whole. */
  get expected(): string[] {
    return [...this.tensors.keys()].map((name) => name.replace(/\.digest$/, ''));
  }

  private array(name: string): NdArray {
    const found = this.tensors.get(name);
    if (!found) throw this.error(`tensor '${name}' is missing`);
    return found;
  }
}
