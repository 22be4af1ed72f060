import type { ModelConfig } from './configs';
import type { Convolution } from './convolutions';
import type { HostTensors, NamedArrays } from './host-tensor';
import type { SamplingLevel } from './job';
import type { Op } from './ops';
import type { OptimizerSettings } from './optimizer-settings';
import type { PlannedMemory } from './protocol';
import type { HostBatch } from './random-batch';

/** How a contestant's process is set up. */
export interface PeerOptions {
  /** Flags for Dawn, such as `backend=vulkan`. */
  readonly dawn: readonly string[];
  /** The Python interpreter. */
  readonly python: string;
}

export interface TrainingSetup {
  readonly config: ModelConfig;
  readonly parameters: HostTensors;
  readonly batches: readonly HostBatch[];
  readonly optimizer: OptimizerSettings;
  readonly inputScale: number;
}

/** A train step ready to be repeated. */
export interface Training {
  /** The step of protocol.ts on batch `index`, upload to readback; the loss. */
  step(index: number): Promise<number>;
  /** Its buffers, of a library that plans them. */
  readonly planned?: PlannedMemory;
}

/** Work whose inputs are on the device. */
export interface Prepared {
  /** Dispatches the work `count` times back to back and resolves when all results are ready, without reading them. */
  run(count: number): Promise<void>;
  /** Results of the latest run by name, row-major, in the shapes that the job defines. */
  read(): Promise<NamedArrays>;
}

/** An Inception-v3 ready to be repeated. */
export interface Features {
  /** [batch, 299, 299, 3] in [0, 1] to [batch, 2048], upload to readback. */
  features(images: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
}

/**
 * A contestant: how one library does each piece of work. Timing and checking are not its business: the same code does
 * both for everyone.
 */
export interface Peer {
  /** Vendor, architecture and description of the WebGPU adapter as one string; null when it computes without one. */
  readonly adapter: string | null;
  /** What computes, such as `WebGPU` or `WebAssembly, 1 thread`. */
  readonly runtime: string;
  /** The process that computes. */
  readonly pid: number;

  openTraining(setup: TrainingSetup): Promise<Training>;
  /** Loss and gradients of the train step's second pass; one batch. */
  lossAndGradients(
    config: ModelConfig,
    parameters: HostTensors,
    batch: HostBatch,
    inputScale: number,
  ): Promise<{ loss: number; gradients: NamedArrays }>;
  /** The first LAMB step from zero moments, and the moving average, which starts at the parameters. */
  applyGradients(
    parameters: HostTensors,
    gradients: HostTensors,
    settings: OptimizerSettings,
    config: ModelConfig,
  ): Promise<{ parameters: NamedArrays; average: NamedArrays }>;

  prepareOp(op: Op, inputs: HostTensors): Promise<Prepared>;
  /**
   * One forward pass. Inputs: `param.*`, x [B, H, W, C], gamma [B], onehot [B, classes], latents [B, latents,
   * latent_dim]; results `prediction` [B, H, W, C] and `latents`.
   */
  prepareDenoiser(config: ModelConfig, inputs: HostTensors): Promise<Prepared>;
  /**
   * DDIM from noise to pixels with x0 in [−1, 1]. Inputs: `param.*`, start [B, H, W, C], onehot [B, classes]; result
   * `image` [B, H, W, C] in [0, 1], the last estimate of x0.
   */
  prepareSampler(config: ModelConfig, levels: readonly SamplingLevel[], inputs: HostTensors): Promise<Prepared>;

  /** Inputs x [batch, h, w, channels] and w [kh, kw, channels, outputs], result y [batch, h', w', outputs]. */
  prepareConvolution?(convolution: Convolution, inputs: HostTensors): Promise<Prepared>;
  /** The Inception-v3 of the package nsfwjs for batches of that size, its weights included. */
  openFeatures?(batch: number): Promise<Features>;
  /** Result `distance` [1], of the two statistics of reference/frechet.ts. */
  prepareFrechet?(size: number): Promise<Prepared>;

  /** Ends what keeps the process alive. */
  close(): void;
}
