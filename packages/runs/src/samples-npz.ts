import { writeNpz } from '@noisesmith/formats';
import type { Images } from './grid';

/** `arr_0` uint8 [n, height, width, channels]; `arr_1` int32 [n] labels where there are any. */
export function samplesNpz(images: Images, labels: readonly (number | null)[]): Uint8Array<ArrayBuffer> {
  const { channels, count, data, height, width } = images;
  const labelled = labels.every((label) => label !== null);
  return writeNpz({
    arr_0: { dtype: 'U8', shape: [count, height, width, channels], data: Uint8Array.from(data) },
    ...(labelled && { arr_1: { dtype: 'I32', shape: [count], data: Int32Array.from(labels as number[]) } }),
  });
}
