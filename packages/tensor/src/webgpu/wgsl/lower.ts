import type { DType } from '../../ir/dtype';
import { quadVariable, variable } from '../../ir/index-value';
import type { Tensor } from '../../ir/tensor';
import { Emitter, type Memory } from '../../lower/emitter';
import type { Forms } from '../../lower/form';
import { foldOf, type GenericRules, genericForms } from '../../lower/generic';
import { ElementIndex } from '../../lower/index-form';
import { reduceForms } from '../../lower/reduce';
import { counting } from '../../lower/silent';
import type { Group } from '../../plan/fuse';
import type { Place } from '../../plan/memory';
import type { GroupValues, LoweredGroup } from '../../plan/target';
import type { Decision } from '../../plan/tune/site';
import type { AdapterProfile } from '../device/types';
import { assemble } from './assemble';
import { Bindings, MixedAccessError } from './bindings';
import { fastContract } from './contract-variants';
import { KernelBuffers } from './kernel-buffers';
import { libraryOperations } from './library';
import { namedKernel } from './named-kernels';
import { isShared, sharedStages } from './shared-reduce';
import { isShort, stageOf } from './stage';
import type { Operand, Result, Stage } from './variant';
import { type WgslEmitter, WgslWriter } from './writer';

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
  const { anchor, outputs } = group;
  const names = new Bindings<Place>(profile.limits.maxStorageBuffersPerShaderStage);
  const memory = memoryOf(values, group);
  const buffers = new KernelBuffers(values, names);
  const emitter = (): WgslEmitter => new Emitter(memory, new WgslWriter(buffers, anchor.size));
  const label = labelOf(group);
  const finish = (stages: readonly Stage[], decision?: Decision): LoweredGroup<string> => {
    const kernels = stages.map((stage, i) => {
      const form = `${kindOf(group)} ${stage.name}`;
      return assemble({ ...stage, form, label: stages.length > 1 ? `${label} ${i + 1}` : label }, names);
    });
    return { kernels, ...(decision && { decision }) };
  };
  const finishForms = ({ forms, scratch = [] }: Forms): LoweredGroup<string> => {
    for (const own of scratch) buffers.scratch(own);
    return finish(forms.map((form) => stageOf(form, emitter())));
  };
  const rules: GenericRules = {
    memory,
    operands: profile.limits.maxStorageBuffersPerShaderStage,
    operandOf: (t) => values.placeOf(t).key,
    takesFour: (xs) => quads && xs.length <= MOST_PARTS_OF_QUADS && xs.every((x) => isShort(memory, x)),
  };
  switch (group.kind) {
    case 'pointwise':
      return finishForms(genericForms({ kind: 'pointwise', anchor, outputs }, rules));
    case 'reduce': {
      const fold = foldOf(anchor, rules);
      const shared = !values.generic && !profile.software && isShared(fold);
      if (!shared) return finishForms(reduceForms(fold, outputs));
      return finish(sharedStages({ emitter, reserve: (own) => buffers.scratch(own) }, fold, outputs));
    }
    case 'contract': {
      if (values.generic) return finishForms(genericForms({ kind: 'contract', anchor, outputs }, rules));
      const { contract: form } = values.variants;
      const { stages, decision } = fastContract({
        output: anchor,
        stored: outputs,
        memory,
        profile,
        quads,
        ...(form !== undefined && { form }),
        choices: values,
        emitter,
        scratch: (elements, width) => buffers.array(elements, width),
      });
      return finish(stages, decision);
    }
    case 'named':
      return finish(namedStages({ profile, group, values }, { names, memory, buffers, emitter }, quads));
  }
}

/** Above this many parts, four neighbours at a time would make a program that is slow to compile. */
const MOST_PARTS_OF_QUADS = 8;

const LIBRARY = {
  erf: ['ns_erf'],
  bits: ['ns_threefry'],
  uniform: ['ns_threefry', 'ns_uniform'],
  normal: ['ns_threefry', 'ns_uniform', 'ns_normal'],
} as const;

const memoryOf = (values: GroupValues, group: Group): Memory => ({
  isStored: (t) => values.isStored(t) && !group.outputs.includes(t),
  isHalf: (t) => values.isHalf(t),
  operations: (of) => LIBRARY[of].reduce((n, name) => n + libraryOperations(name), 0),
});

interface KernelMemory {
  readonly names: Bindings<Place>;
  readonly memory: Memory;
  readonly buffers: KernelBuffers;
  emitter(): WgslEmitter;
}

function namedStages({ profile, group, values }: Lowering, kernel: KernelMemory, quads: boolean) {
  const { names, buffers } = kernel;
  const { anchor } = group;
  if (anchor.node.kind !== 'named') throw new Error('not a named call');
  const { call } = anchor.node;
  return namedKernel(call, values.candidateOf(anchor)).stages({
    profile,
    attributes: call.attributes,
    inputs: call.xs.map((x) => operand(x, kernel, quads)),
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
    scalar: (name) => buffers.scalar(name),
    scratch: (elements, width) => buffers.array(elements, width),
    table: (data) => names.read(values.constant(data)),
  });
}

const fourOf = (dtype: DType, linear: string, load: (linear: string) => string): string =>
  `vec4<${dtype}>(${[0, 1, 2, 3].map((j) => load(j === 0 ? linear : `(${linear} + ${j}u)`))})`;

function operand(x: Tensor, { memory, emitter }: KernelMemory, quads: boolean): Operand {
  const load = <E>(e: Emitter<E>, linear: string): E =>
    e.loadThroughViews(x, ElementIndex.linear(x.shape, variable(linear, x.size)));
  const quad = <E>(e: Emitter<E>, linear: string): E | undefined =>
    e.fourThroughViews(x, ElementIndex.linear(x.shape, quadVariable(linear, 0, x.size)));
  const counter = counting(memory);
  load(counter, '0u');
  const { loads } = counter.work;
  const whole = quads && quad(counting(memory), '0u') !== undefined;
  return {
    shape: x.shape,
    dtype: x.dtype,
    load: (linear) => load(emitter(), linear),
    quad: (linear) => (whole ? quad(emitter(), `(${linear})`)! : fourOf(x.dtype, linear, (at) => load(emitter(), at))),
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
