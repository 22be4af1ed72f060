import { fileSource } from '@noisesmith/formats/node';
import {
  type FeatureNetwork,
  type InceptionWeights,
  type InputResize,
  inputResizes,
  nsfwWeights,
  openFeatureNetwork,
  parseInputResize,
  pixelNetwork,
  pixelOptions,
  readInceptionWeights,
} from '@noisesmith/metrics';
import { suggestion } from '@noisesmith/runs';
import type { OpenedBackend } from '@noisesmith/tensor';
import { askedBackend, backendFlag } from '../backend';
import type { Context } from '../context';
import { UsageError, userInput } from '../errors';
import { exists } from '../files';
import type { Arguments, Flags } from '../flags';
import type { Progress } from '../run/progress';
import { fidWeightsPath } from '../weights/cache';

/** Which network makes features of images, and how images become its input. */
export const networkFlags = {
  network: { value: 'NAME', help: 'makes features of images; default inception (see below)' },
  resize: {
    value: inputResizes.join('|'),
    help: 'how images become its input: bilinear as the paper’s authors (default), as TensorFlow 1, bicubic as clean-fid',
  },
  batch: { value: 'N', help: 'images that the network takes at a time; changes speed and memory' },
  'unbiased-logits': { help: 'logits without the last bias, as torch-fidelity and guided-diffusion score them' },
  ...backendFlag,
} as const satisfies Flags;

export const networkHelp = [
  'Networks: inception: that of FID, with the weights of `weights fetch` or `weights convert`; inception-keras: the same',
  'weights with a mean in the last block; nsfwjs, nsfwjs-fid: the Inception of the package nsfwjs, and the same with FID’s',
  'last block, without a download and not comparable with published FID; weights:FILE: weights converted or as torch saved',
  'them; pixels, pixels-SxSxC: images averaged to 16x16 pixels or SxS of C channels, without a network.',
] as const;

const names = ['inception', 'inception-keras', 'nsfwjs', 'nsfwjs-fid', 'weights:FILE', 'pixels'];

const KERAS_CAVEAT =
  'weights of FID with a mean in place of the maximum of its last block: not comparable with published FID';

async function readWeights(file: string): Promise<InceptionWeights> {
  await using source = await fileSource(file);
  return await readInceptionWeights(source);
}

/** The weights of FID that were fetched before. @throws UsageError saying how to get them */
async function keptWeights(): Promise<InceptionWeights> {
  const path = fidWeightsPath();
  if (await exists(path)) return readWeights(path);
  throw new UsageError(
    `${path}: no weights of inception there yet; noisesmith weights fetch downloads them, weights convert FILE takes a file, and --network nsfwjs needs none`,
  );
}

/** @throws UsageError or MetricError, one line, for weights that are not there */
async function weightsOf(name: string, flag: string): Promise<InceptionWeights> {
  const file = /^weights:(.+)$/s.exec(name)?.[1];
  if (file !== undefined) return readWeights(file);
  switch (name) {
    case 'inception':
      return keptWeights();
    case 'inception-keras':
      return { ...(await keptWeights()), name, lastPool: 'average', caveat: KERAS_CAVEAT };
    case 'nsfwjs':
      return nsfwWeights('keras');
    case 'nsfwjs-fid':
      return nsfwWeights('fid');
    default:
      throw new UsageError(`${flag} ${name} is unknown${suggestion(name, names)}`);
  }
}

/** A network by its name, and how it takes images. */
export interface NetworkRequest {
  readonly name: string;
  /** Absent: 'half-pixel'. */
  readonly resize?: InputResize | undefined;
  readonly batch?: number | undefined;
  /** Whether the last layer's bias is in the logits. Default true. */
  readonly logitBias?: boolean | undefined;
  /** What messages call the name. Default `--network`. */
  readonly flag?: string;
  /** Opens what it computes on, where it does. */
  readonly open: () => Promise<OpenedBackend>;
}

/** A network over a backend of its own, which goes with it. */
async function overBackend(
  weights: InceptionWeights,
  { batch, logitBias = true, open, resize }: NetworkRequest,
  progress: Progress,
): Promise<FeatureNetwork> {
  const { backend } = await open();
  try {
    const network = await openFeatureNetwork(backend, weights, {
      ...(resize !== undefined && { resize }),
      ...(batch !== undefined && { batch }),
      logitBias,
      onProgress: (ready, total) => progress.count('compiling kernels', ready, total),
    });
    return {
      ...network,
      [Symbol.dispose]() {
        network[Symbol.dispose]();
        backend.destroy();
      },
    };
  } catch (error) {
    backend.destroy();
    throw error;
  }
}

/**
 * Opens a network by its name.
 * @throws UsageError or MetricError, one line, for one that is not there; DeviceError where nothing computes
 */
export async function openNamedNetwork(request: NetworkRequest, progress: Progress): Promise<FeatureNetwork> {
  const { flag = '--network', name, resize } = request;
  const pixels = pixelOptions(name);
  if (pixels === undefined) {
    progress.quiet(`reading the weights of ${name}`);
    return overBackend(await weightsOf(name, flag), request, progress);
  }
  if (resize !== undefined) throw new UsageError(`--resize ${resize}: ${name} averages pixels, and takes no other way`);
  return pixelNetwork(pixels);
}

/** Opens the network that {@link networkFlags} ask for. @throws as {@link openNamedNetwork} */
export function openNetwork(args: Arguments, context: Context, progress: Progress): Promise<FeatureNetwork> {
  const asked = askedBackend(args);
  const text = args.text('resize');
  const resize = text === undefined ? undefined : userInput(() => parseInputResize(text));
  const request = {
    name: args.text('network') ?? 'inception',
    resize,
    batch: args.whole('batch', 1),
    logitBias: !args.has('unbiased-logits'),
    open: () => context.openBackend(asked),
  };
  return openNamedNetwork(request, progress);
}
