/** What page and worker say to each other. */
import type { BackendChoice } from '@noisesmith/tensor';
import type { Trajectories } from '../../model/trajectories';

/** Where weights come from. */
export type ModelSource =
  | { readonly kind: 'carried'; readonly url: string }
  /** A file of weights or a checkpoint; messages call it by `name`. */
  | { readonly kind: 'file'; readonly name: string; readonly file: Blob };

/** Weights that page Train has kept in this browser. */
export interface KeptModel {
  readonly id: string;
  readonly title: string;
  /** Undefined where none were written yet. */
  open(): Promise<File | undefined>;
}

/** What a network is sampled with. */
export interface SamplingSettings {
  /** Specs, e.g. `ddim@0.5` and `cosine`. */
  readonly sampler: string;
  readonly schedule: string;
  readonly steps: number;
  /** w of (1 + w)·conditional − w·unconditional. */
  readonly guidance: number;
}

/** What is to be known of a network. */
export interface ModelFacts {
  readonly name: string;
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
  /** Of classes, as far as they have names; numbers otherwise. Empty for a network without classes. */
  readonly classes: readonly string[];
  readonly parameters: number;
  /** Training steps of its run, and the run's preset. */
  readonly steps: number;
  readonly preset: string;
  /** How the run samples. */
  readonly sampling: SamplingSettings;
  /** Whether training left out labels at times, without which guidance has nothing to move away from. */
  readonly guided: boolean;
}

/** A sampler as the controls show it. */
export interface SamplerOption {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameter:
    | {
        readonly kind: 'number';
        readonly name: string;
        readonly range: readonly [number, number];
        readonly default: number;
      }
    | { readonly kind: 'choice'; readonly name: string; readonly values: readonly string[]; readonly default: string };
}

export interface DrawRequest {
  readonly settings: SamplingSettings;
  readonly seeds: readonly number[];
  readonly labels: readonly (number | null)[];
  /** What is to compute. */
  readonly backend: BackendChoice;
}

export type FileKind = 'png' | 'npz' | 'film';

export interface FileRequest {
  readonly kind: FileKind;
  readonly trajectories: Trajectories;
  /** Names by label. */
  readonly classes: readonly string[];
}
