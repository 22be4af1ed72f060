import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type NdArray, readSafetensors, writeSafetensors } from '@noisesmith/formats';
import { writeFileAtomic } from '@noisesmith/formats/node';
import { InputError } from './digits';
import { classifierLayout, type ImageShape } from './network';

const FORMAT = 'mnist-classifier';

/** Writes flat parameters as safetensors, one tensor per parameter. */
export async function saveClassifier(file: string, shape: ImageShape, flat: Float32Array): Promise<void> {
  const tensors = new Map<string, NdArray>(
    classifierLayout(shape).segments.map(({ name, offset, size, shape }) => [
      name,
      { dtype: 'F32', shape, data: flat.subarray(offset, offset + size) },
    ]),
  );
  const metadata = { format: FORMAT, size: String(shape.size), channels: String(shape.channels) };
  await writeFileAtomic(file, writeSafetensors(tensors, metadata));
}

/**
 * Flat parameters from a file of {@link saveClassifier}; undefined when there is no such file.
 * @throws InputError or FormatError naming the file, when it is something else or for other images
 */
export async function loadClassifier(file: string, shape: ImageShape): Promise<Float32Array<ArrayBuffer> | undefined> {
  if (!existsSync(file)) return undefined;
  const { metadata, tensors } = readSafetensors(await readFile(file), { name: file });
  if (metadata.format !== FORMAT) throw new InputError(`${file}: no weights of this classifier (format "${FORMAT}")`);
  if (metadata.size !== String(shape.size) || metadata.channels !== String(shape.channels)) {
    throw new InputError(
      `${file}: for images of size ${metadata.size} and ${metadata.channels} channels, expected ${shape.size} and ${shape.channels}`,
    );
  }
  const layout = classifierLayout(shape);
  const flat = new Float32Array(layout.size);
  for (const { name, offset, shape: expected } of layout.segments) {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== 'F32' || String(tensor.shape) !== String(expected)) {
      throw new InputError(`${file}: no F32 tensor "${name}" of shape [${expected}]`);
    }
    flat.set(tensor.data, offset);
  }
  return flat;
}
