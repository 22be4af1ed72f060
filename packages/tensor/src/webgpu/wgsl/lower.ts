import type { DType } from '../../ir/dtype';
import { quadVariable, variable } from '../../ir/index-value';
import type { Tensor } from '../../ir/tensor';
import { ElementIndex } from '../../lower/index-form';
import type { Group } from '../../plan/fuse';
import { type Place, place } from '../../plan/memory';
import type { GroupValues, LoweredGroup } from '../../plan/target';
import type { Decision } from '../../plan/tune/site';
import type { AdapterProfile } from '../device/types';
import { assemble } from './assemble';
import { Bindings, MixedAccessError } from './bindings';
import { fastContract } from './contract-variants';
import { Emitter, type Memory, nameless } from './emitter';
import { lowerConcat } from './lower-concat';
import { lowerContract } from './lower-contract';
import { lowerPointwise } from './lower-pointwise';
import { lowerReduce } from './lower-reduce';
import { namedKernel } from './named-kernels';
import type { Operand, Result, Stage } from './variant';

/** The kernels of one group on an adapter. */
export function lowerGroup(profile: AdapterProfile, group: Group, values: GroupValues): LoweredGroup<string> {
  const asked: Lowering = { profile, group, values };
  // The generic lowering is the plain meaning, one element at a time.
  if (values.generic) return lowered(asked, false);
  try {
    return lowered(asked, true);
  } catch (error) {
    if (!(error instanceof MixedAccessError)) throw error;
    values.dropScratch();
    return lowered(asked, false);
  }
}

interface Lowering {
  readonly profile: AdapterProfile;
  readonly group: Group;
  readonly values: GroupValues;
}

/** @throws MixedAccessError when taking neighbours together (`quads`) needs a buffer bound in two ways that exclude each other */
function lowered({ profile, group, values }: Lowering, quads: boolean): LoweredGroup<string> {
  const mostBuffers = profile.limits.maxStorageBuffersPerShaderStage;
  const names = new Bindings<Place>(mostBuffers);
  const memory = memoryOf(values, names, group);
  const buffers = {
    bufferFor: (t: Tensor): string => names.write(values.placeOf(t)),
    quadsFor: (t: Tensor): string => names.writeQuads(values.placeOf(t)),
    emitter: () => new Emitter(memory),
    trial: () => new Emitter(nameless(memory)),
    quads,
    scratch(elements: number, width: 1 | 4 = 1, dtype: DType = 'f32'): string {
      const at = values.scratch(elements, dtype);
      return width === 4 ? names.writeQuads(at) : names.write(at);
    },
  };
  const label = labelOf(group);
  const finish = (stages: readonly Stage[], decision?: Decision): LoweredGroup<string> => {
    const kernels = stages.map((stage, i) => {
      const form = `${kindOf(group)} ${stage.name}`;
      return assemble({ ...stage, form, label: stages.length > 1 ? `${label} ${i + 1}` : label }, names);
    });
    return { kernels, ...(decision && { decision }) };
  };
  switch (group.kind) {
    case 'pointwise':
      if (group.anchor.node.kind === 'concat') {
        const loadsOf = (x: Tensor): Set<string> => loadsFrom(values, memory, x);
        return finish(lowerConcat({ ...buffers, output: group.anchor, loadsOf, mostBuffers }));
      }
      return finish([lowerPointwise({ ...buffers, output: group.anchor })]);
    case 'reduce':
      return finish(
        lowerReduce({
          ...buffers,
          output: group.anchor,
          stored: group.outputs,
          shared: !values.generic && !profile.software,
        }),
      );
    case 'contract': {
      const { anchor, outputs } = group;
      if (values.generic) return finish([lowerContract(new Emitter(memory), anchor, outputs, buffers.bufferFor)]);
      const { contract: form } = values.variants;
      const request = { ...buffers, output: anchor, stored: outputs, memory, profile, choices: values };
      const { stages, decision } = fastContract({ ...request, ...(form !== undefined && { form }) });
      return finish(stages, decision);
    }
    case 'named': {
      return finish(namedStages({ profile, group, values }, names, memory, buffers.scratch, quads));
    }
  }
}

/** Buffers that computing an element of `x` loads from. */
function loadsFrom(values: GroupValues, memory: Memory, x: Tensor): Set<string> {
  const found = new Set<string>();
  const bufferOf = (t: Tensor): string => {
    found.add(values.placeOf(t).key);
    return 'buffer';
  };
  const scalar = (): string => {
    found.add('scalars');
    return 'scalar';
  };
  const recording = { ...nameless(memory), bufferOf, quadsOf: bufferOf, scalar };
  new Emitter(recording).value(x, ElementIndex.linear(x.shape, variable('i', x.size)));
  return found;
}

function memoryOf(values: GroupValues, names: Bindings<Place>, group: Group): Memory {
  return {
    isStored: (t) => values.isStored(t) && !group.outputs.includes(t),
    isHalf: (t) => values.isHalf(t),
    bufferOf: (t) => names.read(values.placeOf(t)),
    quadsOf: (t) => names.readQuads(values.placeOf(t)),
    // All step scalars are one buffer to the kernel.
    scalar: (name) => {
      const { buffer, dtype, offset } = values.scalar(name);
      return `${names.read(place(buffer, 0, 1, dtype))}[${offset}]`;
    },
  };
}

function namedStages(
  { profile, group, values }: Lowering,
  names: Bindings<Place>,
  memory: Memory,
  scratch: (elements: number, width?: 1 | 4) => string,
  quads: boolean,
) {
  const { anchor } = group;
  if (anchor.node.kind !== 'named') throw new Error('not a named call');
  const { call } = anchor.node;
  return namedKernel(call, values.candidateOf(anchor)).stages({
    profile,
    attributes: call.attributes,
    inputs: call.xs.map((x) => operand(x, memory, quads)),
    outputs: call.expansion.map((like, index): Result => {
      const t = group.outputs.find((r) => r.node.kind === 'result' && r.node.index === index);
      let unread: Place | undefined;
      const target = (): Place => {
        if (t) return values.placeOf(t);
        unread ??= values.scratch(like.size, like.dtype);
        return unread;
      };
      const whole = quads && like.size % 4 === 0;
      const half = t !== undefined && values.isHalf(t);
      const load = (linear: string): string => {
        const element = `${names.read(target())}[${linear}]`;
        return half ? `f32(${element})` : element;
      };
      const store = (linear: string, value: string): string =>
        `${names.write(target())}[${linear}] = ${half ? `f16(ns_half(${value}))` : value};`;
      const loadQuad = (linear: string): string => {
        const four = `${names.readQuads(target())}[(${linear}) / 4u]`;
        return half ? `vec4<f32>(${four})` : four;
      };
      const storeQuad = (linear: string, value: string): string =>
        `${names.writeQuads(target())}[(${linear}) / 4u] = ${half ? `vec4<f16>(ns_half4(${value}))` : value};`;
      return {
        shape: like.shape,
        wanted: t !== undefined,
        store,
        storeQuad: (linear, value) =>
          whole
            ? storeQuad(linear, value)
            : `{ let four = ${value}; ${[0, 1, 2, 3].map((j) => store(`${linear} + ${j}u`, `four[${j}]`)).join(' ')} }`,
        load,
        quad: (linear) => (whole ? loadQuad(linear) : fourOf(like.dtype, linear, load)),
      };
    }),
    scalar: memory.scalar,
    scratch,
    table: (data) => names.read(values.constant(data)),
  });
}

const fourOf = (dtype: DType, linear: string, load: (linear: string) => string): string =>
  `vec4<${dtype}>(${[0, 1, 2, 3].map((j) => load(j === 0 ? linear : `(${linear} + ${j}u)`))})`;

function operand(x: Tensor, memory: Memory, quads: boolean): Operand {
  const load = (emitter: Emitter, linear: string): string =>
    emitter.loadThroughViews(x, ElementIndex.linear(x.shape, variable(linear, x.size)));
  const quad = (emitter: Emitter, linear: string): string | undefined =>
    emitter.quadThroughViews(x, ElementIndex.linear(x.shape, quadVariable(linear, 0, x.size)));
  const counter = new Emitter(nameless(memory));
  load(counter, '0u');
  const { loads } = counter.work;
  const whole = quads && quad(new Emitter(nameless(memory)), '0u') !== undefined;
  return {
    shape: x.shape,
    dtype: x.dtype,
    load: (linear) => load(new Emitter(memory), linear),
    quad: (linear) =>
      whole
        ? quad(new Emitter(memory), `(${linear})`)!
        : fourOf(x.dtype, linear, (at) => load(new Emitter(memory), at)),
    loads,
  };
}

const kindOf = ({ kind, anchor: { node } }: Group): string =>
  node.kind === 'named' ? node.call.definition.name : kind;

function labelOf(group: Group): string {
  const { anchor } = group;
  const name = kindOf(group);
  return anchor.path ? `${anchor.path}/${name}` : name;
}
