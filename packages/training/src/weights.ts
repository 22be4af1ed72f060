import { flattenParameters, parameterViews } from '@noisesmith/diffusion';
import { FormatError, type NdArray, readSafetensors, toFloat32, writeSafetensors } from '@noisesmith/formats';
import type { Layout } from '@noisesmith/tensor';
import { CheckpointError } from './errors';

/**
 * Weights to sample from as safetensors, one tensor per parameter under its own name and shape.
 *
 * @param flat the parameters' flat vector [layout.size]
 * @param metadata e.g. the description of the network, which a sampler needs to build it again
 */
export function saveWeights(
  layout: Layout,
  flat: Float32Array<ArrayBuffer>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const views = parameterViews(layout, flat);
  const tensors = new Map<string, NdArray>(
    layout.segments.map(({ name, shape }) => [name, { dtype: 'F32', shape, data: views.get(name)! }]),
  );
  return writeSafetensors(tensors, metadata);
}

export interface LoadedWeights {
  /** [layout.size] */
  readonly flat: Float32Array<ArrayBuffer>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads weights into the flat vector of a network. 16-bit floats are widened.
 *
 * @throws CheckpointError naming the file and a tensor that is missing, unknown or of another shape
 */
export function loadWeights(bytes: Uint8Array, layout: Layout, name = 'weights'): LoadedWeights {
  const { metadata, tensors } = parse(bytes, name);
  const data = new Map<string, Float32Array>();
  for (const { name: tensor, shape } of layout.segments) {
    const found = tensors.get(tensor);
    if (!found) throw new CheckpointError(`${name}: tensor '${tensor}' [${shape}] is missing`);
    if (String(found.shape) !== String(shape)) {
      throw new CheckpointError(`${name}: tensor '${tensor}' is [${found.shape}]; expected [${shape}]`);
    }
    data.set(tensor, toFloat32(found));
    tensors.delete(tensor);
  }
  const [extra] = tensors.keys();
  if (extra !== undefined) throw new CheckpointError(`${name}: tensor '${extra}' is unknown to the network`);
  return { flat: flattenParameters(layout, data), metadata };
}

function parse(bytes: Uint8Array, name: string) {
  try {
    return readSafetensors(bytes, { name });
  } catch (error) {
    if (error instanceof FormatError) throw new CheckpointError(error.message);
    throw error;
  }
}
