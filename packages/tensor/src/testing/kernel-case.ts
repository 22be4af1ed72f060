import { grad } from '../autodiff/gradient';
import type { Definition } from '../ir/definition';
import { f32, type Graph, type TensorSpec, trace } from '../ir/program';
import { type Shape, sizeOf } from '../ir/shape';
import { children, reachable, type Tensor } from '../ir/tensor';
import { contractRoles } from '../lower/contract-roles';
import { add, mul } from '../ops/elementwise';
import { sum } from '../ops/reduce';
import type { PlanOptions } from '../plan/plan';
import type { AdapterProfile } from '../webgpu/device/types';
import { plannedProfile } from '../webgpu/program';
import { contractForm } from '../webgpu/wgsl/kernels/contract';
import { namedKernels } from '../webgpu/wgsl/named-kernels';
import type { ComparedValues } from './compare';
import { spread } from './finite-differences';

export interface CaseProgram {
  readonly graph: Graph;
  readonly values: ComparedValues;
  /** Sizes of what is subtracted, for results in which it cancels: no adapter promises more of them than of that. */
  readonly scales?: Readonly<Record<string, number>>;
}

/** A program in which kernels are forced, to be compared with the float64 oracle on whatever device there is. */
export interface KernelCase {
  /** What is forced, the operation and its sizes; no other case has the same. */
  readonly name: string;
  readonly options: PlanOptions;
  /** Kernels are those for a GPU, whatever the adapter. */
  readonly asGpu?: boolean;
  /** Errors, relative to the largest element of each result, stay below. */
  readonly tolerance: number;
  /**
   * The browser's software adapter takes minutes to compile its kernels, and runs others of the same forms: Node alone runs
   * it.
   */
  readonly nodeOnly?: true;
  program(): CaseProgram;
}

/** Smooth numbers in about [−1, 1], other ones for every input. */
export const spreadInputs = (inputs: Readonly<Record<string, TensorSpec>>): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }], i) => [name, Float32Array.from(spread(sizeOf(shape), i + 1))]),
  );

/** `build` and the gradients of a function of its result by all of its arguments. */
export function differentiated(shapes: readonly Shape[], build: (...xs: Tensor[]) => Tensor): CaseProgram {
  const names = shapes.map((_, i) => `x${i}`);
  const inputs = Object.fromEntries(names.map((name, i): [string, TensorSpec] => [name, f32(...shapes[i]!)]));
  const graph = trace({ inputs }, (args) => {
    const xs = names.map((name) => args.inputs[name]!);
    const y = build(...xs);
    const gradients = grad(sum(mul(y, add(y, 1))), xs);
    return { outputs: { y, ...Object.fromEntries(gradients.map((g, i) => [`d${i}`, g])) } };
  });
  return { graph, values: { inputs: spreadInputs(inputs) } };
}

/** Ways to compute a meaning by name: those of any definition of a family, such as an op and its gradient. */
export const kernelNames = (family: readonly Definition<never>[]): string[] => [
  ...new Set(family.flatMap((definition) => namedKernels(definition).map(({ name }) => name))),
];

/** Forces the kernel on those definitions of a family that have it. */
export const forced = (family: readonly Definition<never>[], kernel: string): PlanOptions => ({
  variants: Object.fromEntries(
    family
      .filter((definition) => namedKernels(definition).some(({ name }) => name === kernel))
      .map(({ name }) => [name, kernel]),
  ),
});

/** The kernels that options force: `contract` and the form, or a definition's name and the kernel. */
export const forcedBy = ({ variants = {} }: PlanOptions): string[] =>
  Object.entries(variants).map(([meaning, kernel]) => `${meaning} ${kernel}`);

/** Those of the forced kernels that say of themselves that this adapter cannot run them in this case. */
export function unableIn({ options, asGpu = false, program }: KernelCase, adapter: AdapterProfile): string[] {
  const { variants = {} } = options;
  const profile = plannedProfile(adapter, { asGpu });
  const contract = variants.contract === undefined ? undefined : contractForm(variants.contract);
  const { graph } = program();
  // Where a kernel is forced, the call's expansion is not computed.
  const next = (t: Tensor): readonly Tensor[] => {
    if (t.node.kind !== 'result' || t.node.of.node.kind !== 'named') return children(t);
    const { definition, expansion } = t.node.of.node.call;
    return variants[definition.name] === undefined ? [expansion[t.node.index]!] : children(t);
  };
  const unable = new Set<string>();
  for (const { node } of reachable([...Object.values(graph.outputs), ...Object.values(graph.assigns)], next)) {
    if (node.kind === 'contract' && contract) {
      const { sizes } = contractRoles(node.spec, node.a, node.b);
      if (!contract.supports(sizes, profile)) unable.add(`contract ${contract.name}`);
    }
    if (node.kind === 'named') {
      const { definition, attributes, xs } = node.call;
      const kernel = namedKernels(definition).find(({ name }) => name === variants[definition.name]);
      const able = !kernel || !('supports' in kernel) || kernel.supports({ profile, attributes, inputs: xs });
      if (!able) unable.add(`${definition.name} ${kernel.name}`);
    }
  }
  return [...unable];
}
