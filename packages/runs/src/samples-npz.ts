import { npzParts, type Parts, partedArray, writeNpz } from '@noisesmith/formats';
import type { Images } from './grid';

const labelArray = (labels: readonly (number | null)[]) =>
  labels.every((label) => label !== null)
    ? ({ dtype: 'I32', shape: [labels.length], data: Int32Array.from(labels as number[]) } as const)
    : undefined;

/** `arr_0` uint8 [n, height, width, channels]; `arr_1` int32 [n] labels where there are any. */
export function samplesNpz(images: Images, labels: readonly (number | null)[]): Uint8Array<ArrayBuffer> {
  const { channels, count, data, height, width } = images;
  const named = labelArray(labels);
  return writeNpz({
    arr_0: { dtype: 'U8', shape: [count, height, width, channels], data: Uint8Array.from(data) },
    ...(named && { arr_1: named }),
  });
}

/** The same archive in parts, from batches of images as they are drawn, in order. */
export function samplesNpzParts(
  [height, width, channels]: readonly [number, number, number],
  labels: readonly (number | null)[],
  batches: AsyncIterable<Images>,
): Parts {
  const named = labelArray(labels);
  const pixels = async function* (): Parts {
    for await (const { data } of batches) yield Uint8Array.from(data);
  };
  return npzParts([
    { name: 'arr_0', dtype: 'U8', shape: [labels.length, height, width, channels], data: pixels },
    ...(named ? [partedArray('arr_1', named)] : []),
  ]);
}
