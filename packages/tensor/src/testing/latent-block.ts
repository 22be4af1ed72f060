import { grad } from '../autodiff/gradient';
import { f32, type TensorSpec, trace } from '../ir/program';
import type { Tensor } from '../ir/tensor';
import { attention } from '../ops/attention';
import { einsum } from '../ops/contract';
import { add, square, sub } from '../ops/elementwise';
import { linear } from '../ops/linear';
import { layerNorm } from '../ops/norm';
import { mean } from '../ops/reduce';
import { type CaseProgram, spreadInputs } from './kernel-case';

const BATCH = 2;
const TOKENS = 36;
const LATENTS = 12;
const WIDTH = 32;
const HEADS = 4;

/** Keys have no bias: softmax takes it out, so that its gradient would be a zero. */
const attentionParameters = (name: string): Record<string, TensorSpec> => ({
  ...Object.fromEntries(['q', 'k', 'v', 'o'].map((part) => [`${name}.${part}.weight`, f32(WIDTH, WIDTH)])),
  ...Object.fromEntries(['q', 'v', 'o'].map((part) => [`${name}.${part}.bias`, f32(WIDTH)])),
});
const normParameters = (name: string): Record<string, TensorSpec> => ({
  [`${name}.gamma`]: f32(WIDTH),
  [`${name}.beta`]: f32(WIDTH),
});

export const blockParameters: Readonly<Record<string, TensorSpec>> = {
  ...normParameters('norm.x'),
  ...normParameters('norm.z'),
  ...normParameters('norm.mlp'),
  ...attentionParameters('read'),
  ...attentionParameters('write'),
  'up.weight': f32(WIDTH, 4 * WIDTH),
  'up.bias': f32(4 * WIDTH),
  'down.weight': f32(4 * WIDTH, WIDTH),
  'down.bias': f32(WIDTH),
};

/**
 * Latents z read tokens x, an MLP computes, tokens read latents: a block as a RIN has it, and its squared error from the
 * target. Jabri et al. 2022, figure 2.
 */
export function blockLoss(given: Readonly<Record<string, Tensor>>): Tensor {
  const dense = (name: string, t: Tensor, options = {}): Tensor =>
    linear(t, given[`${name}.weight`]!, given[`${name}.bias`]!, options);
  const norm = (name: string, t: Tensor): Tensor =>
    layerNorm(t, given[`norm.${name}.gamma`]!, given[`norm.${name}.beta`]!);
  const keys = (name: string, t: Tensor): Tensor => einsum('btd,de->bte', t, given[`${name}.k.weight`]!);
  const attend = (name: string, to: Tensor, from: Tensor): Tensor =>
    dense(`${name}.o`, attention(dense(`${name}.q`, to), keys(name, from), dense(`${name}.v`, from), HEADS));
  const read = add(given.z!, attend('read', norm('z', given.z!), norm('x', given.x!)));
  const latents = add(read, dense('down', dense('up', norm('mlp', read), { activation: 'gelu' })));
  const tokens = add(given.x!, attend('write', given.x!, latents));
  return mean(square(sub(tokens, given.target!)));
}

export const blockInputs = {
  x: f32(BATCH, TOKENS, WIDTH),
  z: f32(BATCH, LATENTS, WIDTH),
  target: f32(BATCH, TOKENS, WIDTH),
} as const;

/** Inputs, and parameters as a block might have them at first. */
export function blockValues(): Record<string, Float32Array> {
  const values = spreadInputs({ ...blockInputs, ...blockParameters });
  for (const name of Object.keys(blockParameters)) values[name] = values[name]!.map((w) => w / Math.sqrt(WIDTH));
  for (const name of ['x', 'z', 'mlp']) values[`norm.${name}.gamma`] = new Float32Array(WIDTH).fill(1);
  return values;
}

/** The error of the block and the gradients by all its parameters. */
export function latentBlock(): CaseProgram {
  const graph = trace({ inputs: { ...blockInputs, ...blockParameters } }, (args) => {
    const given = args.inputs as Readonly<Record<string, Tensor>>;
    const loss = blockLoss(given);
    const wanted = Object.fromEntries(Object.keys(blockParameters).map((name) => [name, given[name]!]));
    return { outputs: { loss, ...grad(loss, wanted) } };
  });
  return { graph, values: { inputs: blockValues() } };
}
