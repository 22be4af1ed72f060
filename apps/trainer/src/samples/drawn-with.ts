import { createHash } from 'node:crypto';
import type { Draw, Model } from '@noisesmith/runs';
import type { SamplingOptions } from '@noisesmith/samplers';

/**
 * What a sample depends on besides its seed and label. Two commands that have it in common give the same samples, up to
 * the last digits that the choice of kernels changes.
 */
export interface DrawnWith {
  /** SHA-256 of the network's configuration and its weights. */
  readonly weights: string;
  readonly sampler: string;
  readonly schedule: string;
  readonly steps: number;
  readonly guidance: number;
}

const bytesOf = ({ buffer, byteLength, byteOffset }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const spec = (rule: string | { readonly spec: string } | undefined): string =>
  typeof rule === 'string' ? rule : (rule?.spec ?? '');

export function drawnWith({ denoiser, weights }: Model, options: SamplingOptions): DrawnWith {
  const { guidance = 0, inputScale, normalize, predictionType, sampler, schedule, steps } = options;
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ network: denoiser.config, inputScale, normalize, predictionType }));
  hash.update(bytesOf(weights));
  return { weights: hash.digest('hex'), sampler: spec(sampler), schedule: spec(schedule), steps, guidance };
}

/** In one clause, how what is asked for differs from what was drawn before; undefined when it does not. */
export function difference(before: unknown, now: DrawnWith): string | undefined {
  if (typeof before !== 'object' || before === null) return 'how they were drawn is not known';
  const known = before as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(now)) {
    if (known[name] === value) continue;
    if (name === 'weights') return 'they were drawn with other weights';
    return `${name} was ${JSON.stringify(known[name])}, and ${JSON.stringify(value)} is asked for`;
  }
  return undefined;
}

/** A digest of seeds and labels in their order. */
export function drawDigest({ labels, seeds }: Draw): string {
  const hash = createHash('sha256');
  hash.update(bytesOf(Float64Array.from(seeds)));
  hash.update(bytesOf(Int32Array.from(labels, (label) => label ?? -1)));
  return hash.digest('hex');
}
