import { parameterViews } from '@noisesmith/diffusion';
import type { RinDenoiser } from '@noisesmith/rin';
import type { Backend, TypedArray } from '@noisesmith/tensor';
import type { Fixture } from './fixture';
import type { ConformanceSettings } from './settings';

/** What every part of a conformance run works with. */
export interface Session {
  readonly backend: Backend;
  readonly fixture: Fixture;
  readonly settings: ConformanceSettings;
  readonly net: RinDenoiser;
  /** `param.*` as the network's flat vector. */
  readonly parameters: Float32Array<ArrayBuffer>;
  /** Keeps a result for the file of outputs. */
  put(name: string, shape: readonly number[], data: TypedArray): void;
}

/** Keeps a flat vector of the network's layout as `<prefix>.<parameter>`. */
export function putParameters({ net, put }: Session, prefix: string, flat: Float32Array): void {
  const views = parameterViews(net.layout, flat);
  for (const { name, shape } of net.layout.segments) put(`${prefix}.${name}`, shape, views.get(name)!);
}

/** Numbers n of the expected `lamb<n>.*`, ascending. */
export function lambSteps({ fixture }: Session): number[] {
  const found = fixture.expected.map((name) => /^lamb(\d+)\./.exec(name)?.[1]).filter((n) => n !== undefined);
  return [...new Set(found.map(Number))].sort((a, b) => a - b);
}
