import { add, scope, type Tensor } from '@noisesmith/tensor';
import { interfaceWidth, type RinConfig } from './config';
import type { LayerDropout } from './dropout';
import { attend, mlp, norm } from './layers';
import { attentionParameters, mlpParameters, normParameters, type ParameterSpec } from './parameters';
import { tapeConv, tapeConvParameters } from './tape-conv';
import type { Weights } from './weights';

export function blockParameters(name: string, layers: number, config: RinConfig): ParameterSpec[] {
  const { latentDim, tapeDim, heads, rwHeads, latentMlp, tapeMlp, initializer } = config;
  const inner = interfaceWidth(config);
  const read = [
    ...normParameters(`${name}.read.ln`, latentDim),
    ...attentionParameters(
      `${name}.read.attn`,
      { query: latentDim, context: tapeDim, inner, heads: rwHeads },
      initializer,
    ),
    ...mlpParameters(`${name}.read.mlp`, latentDim, latentMlp),
  ];
  if (layers === 0) return read;
  const self = { query: latentDim, context: latentDim, inner: latentDim, heads };
  const compute = Array.from({ length: layers }, (_, j) => [
    ...normParameters(`${name}.l${j}.ln`, latentDim),
    ...attentionParameters(`${name}.l${j}.attn`, self, initializer),
    ...mlpParameters(`${name}.l${j}.mlp`, latentDim, latentMlp),
  ]);
  const write = [
    ...normParameters(`${name}.write.ln`, tapeDim),
    ...attentionParameters(
      `${name}.write.attn`,
      { query: tapeDim, context: latentDim, inner, heads: rwHeads },
      initializer,
    ),
    ...(tapeMlp > 0 ? mlpParameters(`${name}.write.mlp`, tapeDim, tapeMlp) : []),
  ];
  const conv = config.tapeConvKernel > 0 ? tapeConvParameters(`${name}.conv`, config) : [];
  return [...read, ...compute.flat(), ...write, ...conv];
}

/** The two streams of the network: latents [batch, latents, latentDim] and tape [batch, tokens, tapeDim]. */
export interface Streams {
  readonly latents: Tensor;
  readonly tape: Tensor;
}

/**
 * One block: latents read the tape, compute among themselves, and write back. Every branch is pre-norm on the stream that
 * asks; the stream attended to is taken as it is. A block without compute layers only reads. Jabri et al. 2022, section 3.
 */
export function block(
  w: Weights,
  config: RinConfig,
  { latents, tape }: Streams,
  dropout: readonly LayerDropout[],
): Streams {
  const read = w.at('read');
  latents = scope('read', () => {
    const informed = add(latents, attend(read.at('attn'), norm(read.at('ln'), latents), tape, config.rwHeads));
    return mlp(read.at('mlp'), informed);
  });
  if (dropout.length === 0) return { latents, tape };

  dropout.forEach(({ units, attentionPath, mlpPath }, j) => {
    const layer = w.at(`l${j}`);
    latents = scope(`l${j}`, () => {
      const normed = norm(layer.at('ln'), latents);
      const mixed = add(latents, attentionPath(attend(layer.at('attn'), normed, normed, config.heads)));
      return mlp(layer.at('mlp'), mixed, units, mlpPath);
    });
  });

  const write = w.at('write');
  tape = scope('write', () => {
    const written = add(tape, attend(write.at('attn'), norm(write.at('ln'), tape), latents, config.rwHeads));
    return config.tapeMlp > 0 ? mlp(write.at('mlp'), written) : written;
  });
  return { latents, tape: config.tapeConvKernel > 0 ? tapeConv(w.at('conv'), config, tape) : tape };
}
