// Reference: what was put in (round trips), the safetensors reader of @noisesmith/formats, and damage made by hand.
import { readSafetensors, writeSafetensors } from '@noisesmith/formats';
import { layoutOf } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint, type TrainState } from './checkpoint';
import { checkpointName, latestCheckpoint, pruneCheckpoints } from './checkpoints';
import { trainConfig } from './config';
import { memoryStorage } from './storage';
import { loadWeights, saveWeights } from './weights';

const layout = layoutOf({ 'stem.weight': [3, 2], 'stem.bias': [2] });
const vector = (first: number) => Float32Array.from({ length: layout.size }, (_, i) => Math.fround(first + i / 7));
const stateAt = (step: number): TrainState => ({
  step,
  config: trainConfig({ seed: 9, steps: 50 }),
  vectors: { params: vector(step), firstMoment: vector(0.1), secondMoment: vector(0.2), ema: vector(0.3) },
});

describe('checkpoint', () => {
  it('gives back what was written, and is a safetensors file', async () => {
    const bytes = await encodeCheckpoint(stateAt(20), layout, { config: '{"digest":"x"}' });
    expect(await decodeCheckpoint(bytes, layout)).toEqual(stateAt(20));
    const { metadata, tensors } = readSafetensors(bytes);
    expect([...tensors.keys()]).toEqual(['params', 'firstMoment', 'secondMoment', 'ema']);
    expect(metadata.step).toBe('20');
    expect(metadata.digest).toMatch(/^(?!0+$)[0-9a-f]{64}$/);
  });

  it('shows a flipped bit in any byte, and a cut anywhere', async () => {
    const bytes = await encodeCheckpoint(stateAt(20), layout);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << (at % 8);
      await expect(decodeCheckpoint(damaged, layout), `byte ${at}`).rejects.toThrow(/^checkpoint/);
    }
    for (const length of [0, 7, 100, bytes.length - 1]) {
      await expect(decodeCheckpoint(bytes.slice(0, length), layout), `length ${length}`).rejects.toThrow(/^checkpoint/);
    }
  });

  it('of another network or of something else is refused by name', async () => {
    const bytes = await encodeCheckpoint(stateAt(20), layout);
    const refused = (other: Parameters<typeof layoutOf>[0]) =>
      expect(decodeCheckpoint(bytes, layoutOf(other), 'a.safetensors')).rejects;
    await refused({ 'stem.weight': [2, 3], 'stem.bias': [2] }).toThrow(
      "a.safetensors: tensor 'stem.weight' is [3,2]; the network's is [2,3]",
    );
    await refused({ 'stem.weight': [3, 2], out: [1] }).toThrow(
      "a.safetensors: the network's tensor 'out' [1] is missing",
    );
    await refused({ 'stem.weight': [3, 2] }).toThrow("a.safetensors: tensor 'stem.bias' is unknown to the network");
    await expect(decodeCheckpoint(writeSafetensors({}), layout, 'b')).rejects.toThrow('b: no checkpoint');
  });
});

describe('stored checkpoints', () => {
  it('are used newest first, past damaged ones', async () => {
    const storage = memoryStorage();
    expect(await latestCheckpoint(storage, layout)).toBeUndefined();
    for (const step of [10, 20, 30]) {
      await storage.writeAtomic(checkpointName(step), await encodeCheckpoint(stateAt(step), layout));
    }
    await storage.writeAtomic('notes.txt', new Uint8Array(3));
    const damage = async (step: number, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) =>
      storage.writeAtomic(checkpointName(step), change(await storage.read(checkpointName(step))));
    await damage(30, (bytes) => bytes.slice(0, -5));
    await damage(20, (bytes) => bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1) as Uint8Array<ArrayBuffer>);
    const warnings: string[] = [];
    expect((await latestCheckpoint(storage, layout, (text) => warnings.push(text)))?.step).toBe(10);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain(`${checkpointName(30)}: `);
    expect(warnings[1]).toContain(`${checkpointName(20)}: damaged`);
    await damage(10, (bytes) => bytes.slice(9));
    await expect(latestCheckpoint(storage, layout)).rejects.toThrow('none of 3 checkpoints can be used');
  });

  it('are pruned to the newest, those of a later attempt left alone', async () => {
    const storage = memoryStorage();
    for (const step of [10, 20, 30, 90]) await storage.writeAtomic(checkpointName(step), new Uint8Array(1));
    await pruneCheckpoints(storage, 30, 2);
    expect(await storage.list()).toEqual([20, 30, 90].map(checkpointName));
  });
});

describe('weights', () => {
  it('are stored by name and shape, and read into the flat vector', () => {
    const flat = new Float32Array(layout.size);
    flat.set([1, 2, 3, 4, 5, 6]);
    flat.set([7, 8], layout.segments[1]!.offset);
    const bytes = saveWeights(layout, flat, { config: '{}' });
    const { tensors } = readSafetensors(bytes);
    expect(tensors.get('stem.weight')).toEqual({
      dtype: 'F32',
      shape: [3, 2],
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(tensors.get('stem.bias')?.data).toEqual(Float32Array.of(7, 8));
    expect(loadWeights(bytes, layout)).toEqual({ flat, metadata: { config: '{}' } });
  });

  it('that do not fit are refused by name', () => {
    const bytes = saveWeights(layout, new Float32Array(layout.size));
    const load = (shapes: Parameters<typeof layoutOf>[0]) => () => loadWeights(bytes, layoutOf(shapes), 'w');
    expect(load({ 'stem.weight': [3, 2], 'stem.bias': [2], out: [4] })).toThrow("w: tensor 'out' [4] is missing");
    expect(load({ 'stem.weight': [2, 3], 'stem.bias': [2] })).toThrow(
      "w: tensor 'stem.weight' is [3,2]; expected [2,3]",
    );
    expect(load({ 'stem.weight': [3, 2] })).toThrow("w: tensor 'stem.bias' is unknown to the network");
    expect(() => loadWeights(bytes.slice(0, 30), layout, 'w')).toThrow(/^w: /);
  });
});
