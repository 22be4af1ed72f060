import { readIdx, writeNpz } from '@noisesmith/formats';
import type { DataKind } from '../settings';

/** Data that come with the page. */
export interface PageData {
  /** As `NewRun` takes it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly channels: 1 | 3;
  /** Names by label. */
  readonly classes: readonly string[];
}

/** What is known of data before they are loaded. */
export const pageDataFacts: Readonly<Record<'digits' | 'emoji', Omit<PageData, 'bytes'>>> = {
  digits: { channels: 1, classes: Array.from({ length: 10 }, (_, digit) => String(digit)) },
  emoji: { channels: 3, classes: ['Animals & Nature', 'Food & Drink', 'Smileys & Emotion'] },
};

async function fetched(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address).catch((error: Error) => {
    throw new Error(`${address}: ${error.message}`);
  });
  if (!response.ok) throw new Error(`${address}: the server says ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * Digits (28×28, grey) or emoji (32×32, colour) as an npz file.
 * @param base address of the folder that the page lies in
 * @throws Error, one line, where the server does not have them
 */
export async function loadPageData(kind: Extract<DataKind, 'digits' | 'emoji'>, base: string): Promise<PageData> {
  const facts = pageDataFacts[kind];
  const at = (name: string): string => new URL(`data/${name}`, base).href;
  if (kind === 'emoji') return { ...facts, bytes: await fetched(at('emoji.npz')) };
  const read = async (name: string) => readIdx(await fetched(at(name)), { name });
  const [images, labels] = await Promise.all([read('digits-images.idx'), read('digits-labels.idx')]);
  const [count = 0] = images.shape;
  const arrays = {
    arr_0: { dtype: 'U8' as const, shape: [count, 28, 28, 1], data: Uint8Array.from(images.data as Uint8Array) },
    arr_1: { dtype: 'I32' as const, shape: [count], data: Int32Array.from(labels.data as Uint8Array) },
  };
  return { ...facts, bytes: writeNpz(arrays, { compress: true }) };
}
