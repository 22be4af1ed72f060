import { type Body, ModuleBuilder, type Value, v128 } from '../assembler';
import { type VectorTarget, vectorTarget } from '../math/horner';

type Vector = Value<'v128'>;

/** Computes `outputs` vectors from vectors, four lanes at a time; all arrays hold the bits of equally many elements. */
export function mapLanes(
  relaxed: boolean,
  inputs: readonly Uint32Array[],
  outputs: number,
  write: (target: VectorTarget, inputs: readonly Vector[]) => readonly Vector[],
): Uint32Array[] {
  const size = inputs[0]!.length;
  const stride = 16 * Math.ceil(size / 4);
  const module = new ModuleBuilder();
  module.memory('memory', { minimum: Math.ceil((stride * (inputs.length + outputs)) / 65536) });
  const each = (b: Body): void =>
    b.for(0, stride, 16, (at) => {
      const results = write(
        vectorTarget(b, relaxed),
        inputs.map((_, k) => b.let(v128.load(at, k * stride))),
      );
      // A result may be made of others, or of variables that go on changing.
      const named = results.map((result) => b.let(result));
      for (const [k, result] of named.entries()) b.store(at, result, (inputs.length + k) * stride);
    });
  module.export(module.function('run', [], each));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()));
  const { buffer } = exports.memory as WebAssembly.Memory;
  for (const [k, input] of inputs.entries()) new Uint32Array(buffer, k * stride, size).set(input);
  (exports.run as () => void)();
  return Array.from({ length: outputs }, (_, k) => new Uint32Array(buffer, (inputs.length + k) * stride, size).slice());
}

export const bitsOf = (values: readonly number[] | Float32Array): Uint32Array =>
  new Uint32Array(Float32Array.from(values).buffer);

export const floatsOf = (bits: Uint32Array): Float32Array => new Float32Array(bits.slice().buffer);
