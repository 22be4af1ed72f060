import { npzParts, type PartedArray, type Parts, partedArray, partedTexts } from '@noisesmith/formats';

/** What tells of samples: labels of all or none of them, and what the labels are called, where that is known. */
function labelArrays(labels: readonly (number | null)[], classes: readonly string[]): PartedArray[] {
  if (!labels.every((label) => label !== null)) return [];
  const data = Int32Array.from(labels as readonly number[]);
  const numbers = partedArray('arr_1', { dtype: 'I32', shape: [labels.length], data });
  if (classes.length === 0) return [numbers];
  const count = data.reduce((most, label) => Math.max(most, label + 1), classes.length);
  const names = Array.from({ length: count }, (_, label) => classes[label] ?? String(label));
  return [numbers, partedTexts('class_names', names)];
}

/**
 * Samples as an npz, in parts: `arr_0` uint8 [n, height, width, channels]; `arr_1` int32 [n] labels where there are any, and
 * `class_names`, strings by label, where classes have names.
 * @param pixels of all samples, in order, in pieces of any length
 */
export function samplesNpzParts(
  [height, width, channels]: readonly [number, number, number],
  labels: readonly (number | null)[],
  classes: readonly string[],
  pixels: AsyncIterable<Uint8Array>,
): Parts {
  return npzParts([
    { name: 'arr_0', dtype: 'U8', shape: [labels.length, height, width, channels], data: () => pixels },
    ...labelArrays(labels, classes),
  ]);
}
