import { grad } from '../../autodiff/gradient';
import { layoutOf } from '../../ir/layout';
import { f32, type Graph, trace } from '../../ir/program';
import { attention } from '../../ops/attention';
import { gelu, mul } from '../../ops/elementwise';
import { linear } from '../../ops/linear';
import { layerNorm, softmax } from '../../ops/norm';
import { lamb } from '../../ops/optimizer';
import { sum } from '../../ops/reduce';
import { pack } from '../../ops/view';
import { makePlan, type Plan } from '../plan';
import type { Target } from '../target';
import type { Choices } from './site';

const ROWS = 24;
const WIDTH = 16;
const HEADS = 2;

/** A program with every kind of kernel that there is a choice of. */
function sample(): Graph {
  const layout = layoutOf({ w: [WIDTH, WIDTH], b: [WIDTH], gamma: [WIDTH], beta: [WIDTH] });
  const state = { params: layout, m: layout, v: layout, average: layout };
  const scalars = ['learningRate', 'correction1', 'correction2', 'emaDecay'] as const;
  return trace({ inputs: { x: f32(1, ROWS, WIDTH) }, state, scalars }, ({ inputs, state, scalars }) => {
    const { w, b, gamma, beta } = state.params.tensors;
    const h = gelu(linear(layerNorm(inputs.x, gamma!, beta!), w!, b!));
    const loss = sum(mul(softmax(attention(h, h, h, HEADS)), h));
    const gradients = grad(loss, { w: w!, b: b!, gamma: gamma!, beta: beta! });
    const stepped = lamb(
      layout,
      {
        weights: state.params.flat,
        gradients: pack(
          layout.segments.map(({ name }) => gradients[name as keyof typeof gradients]),
          layout.segments,
          layout.size,
        ),
        firstMoment: state.m.flat,
        secondMoment: state.v.flat,
        average: state.average.flat,
      },
      scalars,
    );
    const { weights, firstMoment, secondMoment, average } = stepped;
    return { outputs: { loss }, state: { params: weights, m: firstMoment, v: secondMoment, average } };
  });
}

/** Plans of the sample in which each candidate of each site has its turn, on all samples of the target. */
export function* samplePlans<Code>(target: Target<Code>, graph: Graph = sample()): Generator<Plan<Code>> {
  for (const one of target.samples()) {
    let choices: Choices = new Map();
    for (let turn = 0, most = 1; turn < most; turn++) {
      const plan = makePlan(graph, one, { choices });
      yield plan;
      const { sites } = plan;
      most = Math.max(most, ...sites.map(({ candidates }) => candidates.length));
      choices = new Map(sites.map(({ key, candidates }) => [key, candidates[(turn + 1) % candidates.length]!]));
    }
  }
}

/** FNV-1a over UTF-16 code units, 32 bits. */
function hash(text: string, start: number): number {
  let state = start;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}

/** Of the keys of all kernels of some plans. */
export function digestOf<Code>(plans: Iterable<Pick<Plan<Code>, 'kernels'>>, keyOf: (code: Code) => string): string {
  let state = 0x811c9dc5;
  for (const { kernels } of plans) for (const { code } of kernels) state = hash(keyOf(code), state);
  return state.toString(16).padStart(8, '0');
}

/** By the target's name. */
const known = new Map<string, string>();

/**
 * Changes when a kernel of the target's kind does, so that choices measured with other kernels are not taken for good: a
 * hash of the kernels of a program with all kinds of them, on all samples of the target. 8 hexadecimal digits.
 */
export function kernelDigest(target: Target): string {
  const found = known.get(target.name) ?? digestOf(samplePlans(target), (code) => target.keyOf(code));
  known.set(target.name, found);
  return found;
}
