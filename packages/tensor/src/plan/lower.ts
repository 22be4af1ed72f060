import type { Tensor } from '../ir/tensor';
import { assemble, type Kernel } from '../wgsl/assemble';
import { Bindings } from '../wgsl/bindings';
import { fastContract } from '../wgsl/contract-variants';
import { Emitter, type Memory } from '../wgsl/emitter';
import { variable } from '../wgsl/expression';
import { ElementIndex } from '../wgsl/index-form';
import { lowerContract } from '../wgsl/lower-contract';
import { lowerPointwise } from '../wgsl/lower-pointwise';
import { lowerReduce } from '../wgsl/lower-reduce';
import type { Group } from './fuse';
import { type Place, place } from './memory';
import type { Planner } from './plan';

/** The kernels of one group, in the order in which they run. */
export function lowerGroup(planner: Planner, group: Group): Kernel<Place>[] {
  const names = new Bindings<Place>();
  const memory = memoryOf(planner, names, group);
  const bufferFor = (t: Tensor): string => names.write(planner.placeOf(t));
  const label = labelOf(group);
  const finish = (stages: readonly { body: string; workgroups: number; directives?: string }[]): Kernel<Place>[] =>
    stages.map((stage, i) => assemble({ ...stage, label: stages.length > 1 ? `${label} ${i + 1}` : label }, names));
  switch (group.kind) {
    case 'pointwise':
      return finish([lowerPointwise(new Emitter(memory), group.anchor, bufferFor)]);
    case 'reduce':
      return finish(
        lowerReduce({
          output: group.anchor,
          stored: group.outputs,
          emitter: () => new Emitter(memory),
          bufferFor,
          scratch: (elements) => names.write(planner.scratch(elements)),
        }),
      );
    case 'contract': {
      const request = { output: group.anchor, stored: group.outputs, memory, bufferFor, profile: planner.profile };
      const scratch = (elements: number): string => names.write(planner.scratch(elements));
      const { generic, contract: variant } = planner.options;
      if (generic) return finish([lowerContract(new Emitter(memory), group.anchor, group.outputs, bufferFor)]);
      return finish(fastContract({ ...request, scratch, ...(variant && { variant }) }));
    }
    case 'named':
      return finish(namedStages(planner, group, names, memory));
  }
}

function memoryOf(planner: Planner, names: Bindings<Place>, group: Group): Memory {
  return {
    isStored: (t) => planner.isStored(t) && !group.outputs.includes(t),
    bufferOf: (t) => names.read(planner.placeOf(t)),
    scalar: (name) => `${names.read(place('scalars', 0, 1, 'f32'))}[${planner.scalarIndex(name)}]`,
  };
}

function namedStages(planner: Planner, group: Group, names: Bindings<Place>, memory: Memory) {
  const { anchor } = group;
  if (anchor.node.kind !== 'named') throw new Error('not a named call');
  const { call } = anchor.node;
  const variant = planner.chosen.get(anchor)!;
  return variant.stages({
    profile: planner.profile,
    attributes: call.attributes,
    inputs: call.xs.map((x) => ({
      shape: x.shape,
      dtype: x.dtype,
      load: (linear) => new Emitter(memory).loadThroughViews(x, ElementIndex.linear(x.shape, variable(linear, x.size))),
    })),
    outputs: call.expansion.map((like, index) => {
      const t = group.outputs.find((r) => r.node.kind === 'result' && r.node.index === index);
      let unread: Place | undefined;
      const target = (): Place => {
        if (t) return planner.placeOf(t);
        unread ??= planner.scratch(like.size);
        return unread;
      };
      return {
        shape: like.shape,
        wanted: t !== undefined,
        store: (linear, value) => `${names.write(target())}[${linear}] = ${value};`,
        load: (linear) => `${names.read(target())}[${linear}]`,
      };
    }),
    scalar: memory.scalar,
    scratch: (elements) => names.write(planner.scratch(elements)),
    table: (values) => names.read(planner.constantData(values)),
  });
}

function labelOf({ kind, anchor }: Group): string {
  const { node } = anchor;
  const name = node.kind === 'named' ? node.call.definition.name : kind;
  return anchor.path ? `${anchor.path}/${name}` : name;
}
