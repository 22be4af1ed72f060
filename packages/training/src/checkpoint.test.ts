// Reference: what was put in (round trips), the safetensors reader of @noisesmith/formats, and damage made by hand.
import { bytesSource, collectParts, readSafetensors, writeSafetensors } from '@noisesmith/formats';
import { layoutOf } from '@noisesmith/tensor';
import { describe, expect, it } from 'vitest';
import { checkpointHead, decodeCheckpoint, encodeCheckpoint } from './checkpoint';
import { checkpointName, findCheckpoints, pruneCheckpoints } from './checkpoints';
import { trainConfig } from './config';
import { Digest } from './digest';
import { type CheckpointStorage, memoryStorage } from './storage';
import { bytesOfStored, stateOf, vectorsTaker, writeBytes } from './testing/states';
import { trainStateNames } from './train-step';
import { loadWeights, saveWeights } from './weights';

const layout = layoutOf({ 'stem.weight': [3, 2], 'stem.bias': [2] });
const vector = (first: number) => Float32Array.from({ length: layout.size }, (_, i) => Math.fround(first + i / 7));
const vectorsAt = (step: number) => ({
  params: vector(step),
  firstMoment: vector(0.1),
  secondMoment: vector(0.2),
  ema: vector(0.3),
});
const config = trainConfig({ seed: 9, steps: 50 });
const stateAt = (step: number) => stateOf(step, config, vectorsAt(step));

const encode = (step: number, metadata: Record<string, string> = {}): Promise<Uint8Array<ArrayBuffer>> =>
  collectParts(encodeCheckpoint(stateAt(step), layout, metadata));
const decode = (bytes: Uint8Array, of = layout, name?: string) =>
  decodeCheckpoint(bytesSource(bytes, name), { layout: of });

describe('checkpoint', () => {
  it('gives back what was written, and is a safetensors file', async () => {
    const bytes = await encode(20, { config: '{"digest":"x"}' });
    const { take, vectors } = vectorsTaker(layout.size);
    const head = await decodeCheckpoint(bytesSource(bytes), { layout, take });
    expect(head).toMatchObject({ step: 20, config, metadata: { config: '{"digest":"x"}', step: '20' } });
    expect(vectors).toEqual(vectorsAt(20));
    expect(await checkpointHead(bytesSource(bytes), layout)).toEqual(head);
    const { tensors } = readSafetensors(bytes);
    expect([...tensors.keys()]).toEqual(['params', 'firstMoment', 'secondMoment', 'ema', 'digest']);
    expect(tensors.get('digest')).toMatchObject({ dtype: 'U8', shape: [32] });
  });

  it('shows a flipped bit in any byte, and a cut anywhere', async () => {
    const bytes = await encode(20);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << (at % 8);
      await expect(decode(damaged), `byte ${at}`).rejects.toThrow(/^checkpoint: /);
    }
    for (const length of [0, 7, 100, bytes.length - 1]) {
      await expect(decode(bytes.slice(0, length)), `length ${length}`).rejects.toThrow(/^checkpoint: /);
    }
  });

  it('of another network or of something else is refused by name', async () => {
    const bytes = await encode(20);
    const refused = (other: Parameters<typeof layoutOf>[0]) =>
      expect(decode(bytes, layoutOf(other), 'a.safetensors')).rejects;
    await refused({ 'stem.weight': [2, 3], 'stem.bias': [2] }).toThrow(
      "a.safetensors: tensor 'stem.weight' is [3,2]; the network's is [2,3]",
    );
    await refused({ 'stem.weight': [3, 2], out: [1] }).toThrow(
      "a.safetensors: the network's tensor 'out' [1] is missing",
    );
    await refused({ 'stem.weight': [3, 2] }).toThrow("a.safetensors: tensor 'stem.bias' is unknown to the network");
    await expect(decode(writeSafetensors({}), layout, 'b')).rejects.toThrow('b: no checkpoint');
    const earlier = writeSafetensors({}, { format: 'noisesmith-checkpoint-1' });
    await expect(decode(earlier, layout, 'b')).rejects.toThrow('b: format is "noisesmith-checkpoint-1"; expected');
  });

  it.each([
    ['params', Number.NaN, 'numbers that are not finite (params)'],
    ['firstMoment', Number.POSITIVE_INFINITY, 'numbers that are not finite (firstMoment)'],
    ['secondMoment', Number.NaN, 'numbers that are not finite (secondMoment)'],
    ['ema', Number.NEGATIVE_INFINITY, 'numbers that are not finite (ema)'],
    // (1e30)^2 is beyond 32-bit floats.
    ['params', 1e30, 'weights of norm 1.0e+30 (params)'],
    ['ema', -1e30, 'weights of norm 1.0e+30 (ema)'],
  ] as const)('is not made of a state with %s of %d', async (name, value, problem) => {
    const vectors = vectorsAt(20);
    vectors[name][5] = value;
    const parts = encodeCheckpoint(stateOf(20, config, vectors), layout);
    await expect(collectParts(parts)).rejects.toMatchObject({
      name: 'TrainingError',
      message: `step 19: its update left ${problem}`,
    });
  });

  it('may hold moments that are large', async () => {
    const vectors = vectorsAt(20);
    vectors.secondMoment[5] = 1e30;
    const bytes = await collectParts(encodeCheckpoint(stateOf(20, config, vectors), layout));
    await expect(decode(bytes)).resolves.toMatchObject({ step: 20 });
  });

  it('that is whole and holds what is no number is refused', async () => {
    const bytes = await encode(20);
    const spoilt = vectorsAt(20);
    spoilt.ema[1] = Number.NaN;
    const { metadata, tensors } = readSafetensors(bytes);
    for (const name of trainStateNames) tensors.set(name, { dtype: 'F32', shape: [layout.size], data: spoilt[name] });
    const changed = writeSafetensors(tensors, metadata);
    const hash = new Digest();
    await hash.add(changed.subarray(0, -32));
    changed.set(await hash.value(), changed.length - 32);
    await expect(decode(changed)).rejects.toThrow("checkpoint: 'ema' holds numbers that are not finite");
  });
});

describe('stored checkpoints', () => {
  const load = async (storage: CheckpointStorage, warn?: (text: string) => void) => {
    const { take, vectors } = vectorsTaker(layout.size);
    const found = await findCheckpoints(storage, { layout, ...(warn && { warn }) });
    return found && { ...(await found.load(take)), vectors };
  };

  it('are used newest first, past damaged ones', async () => {
    const storage = memoryStorage();
    expect(await load(storage)).toBeUndefined();
    for (const step of [10, 20, 30]) {
      await storage.writeAtomic(checkpointName(step), encodeCheckpoint(stateAt(step), layout));
    }
    await writeBytes(storage, 'notes.txt', new Uint8Array(3));
    const damage = async (step: number, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) =>
      writeBytes(storage, checkpointName(step), change(await bytesOfStored(storage, checkpointName(step))));
    await damage(30, (bytes) => bytes.slice(0, -5));
    await damage(20, (bytes) => bytes.with(-40, bytes.at(-40)! ^ 1) as Uint8Array<ArrayBuffer>);
    const warnings: string[] = [];
    const found = await load(storage, (text) => warnings.push(text));
    expect(found?.step).toBe(10);
    expect(found?.vectors).toEqual(vectorsAt(10));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain(`${checkpointName(30)}: `);
    expect(warnings[1]).toContain(`${checkpointName(20)}: damaged`);
    await damage(10, (bytes) => bytes.slice(9));
    await expect(load(storage)).rejects.toThrow('none of 3 checkpoints can be used');
  });

  it('are not blamed for what their reader cannot take', async () => {
    const storage = memoryStorage();
    for (const step of [10, 20]) {
      await storage.writeAtomic(checkpointName(step), encodeCheckpoint(stateAt(step), layout));
    }
    const found = await findCheckpoints(storage, { layout });
    const lost = new Error('the device was lost');
    await expect(
      found!.load(() => {
        throw lost;
      }),
    ).rejects.toBe(lost);
  });

  it('are pruned to the newest, those of a later attempt left alone', async () => {
    const storage = memoryStorage();
    for (const step of [10, 20, 30, 90]) await writeBytes(storage, checkpointName(step), new Uint8Array(1));
    await pruneCheckpoints(storage, 30, 2);
    expect(await storage.list()).toEqual([20, 30, 90].map(checkpointName));
  });

  it('are whole or not there when their parts fail', async () => {
    const storage = memoryStorage();
    const failing = async function* () {
      yield new Uint8Array(4);
      throw new Error('enough');
    };
    await writeBytes(storage, 'a', Uint8Array.of(7));
    await expect(storage.writeAtomic('a', failing())).rejects.toThrow('enough');
    await expect(storage.writeAtomic('b', failing())).rejects.toThrow('enough');
    expect(await storage.list()).toEqual(['a']);
    expect(await bytesOfStored(storage, 'a')).toEqual(Uint8Array.of(7));
    await expect(storage.open('b')).rejects.toThrow('b does not exist');
  });

  it('are read by ranges across their parts', async () => {
    const storage = memoryStorage();
    const parts = async function* () {
      for (const part of [[0, 1, 2], [], [3], [4, 5, 6, 7]]) yield Uint8Array.from(part);
    };
    await storage.writeAtomic('a', parts());
    await using source = await storage.open('a');
    expect(source).toMatchObject({ size: 8, name: 'a' });
    for (let from = 0; from <= 8; from++) {
      for (let length = 0; from + length <= 8; length++) {
        const expected = Array.from({ length }, (_, i) => from + i);
        expect([...(await source.read(from, length))]).toEqual(expected);
      }
    }
    await expect(source.read(5, 4)).rejects.toThrow(RangeError);
  });
});

describe('weights', () => {
  const flat = new Float32Array(layout.size);
  flat.set([1, 2, 3, 4, 5, 6]);
  flat.set([7, 8], layout.segments[1]!.offset);
  const save = (values = flat, metadata = {}) => collectParts(saveWeights(layout, values, metadata));
  const load = (bytes: Uint8Array, shapes?: Parameters<typeof layoutOf>[0]) =>
    loadWeights(bytesSource(bytes, 'w'), shapes ? layoutOf(shapes) : layout);

  it('are stored by name and shape, and read into the flat vector', async () => {
    const bytes = await save(flat, { config: '{}' });
    const { metadata, tensors } = readSafetensors(bytes);
    expect([...tensors.keys()]).toEqual(['stem.weight', 'stem.bias']);
    expect(tensors.get('stem.weight')).toEqual({
      dtype: 'F32',
      shape: [3, 2],
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(tensors.get('stem.bias')?.data).toEqual(Float32Array.of(7, 8));
    expect(metadata.digest).toMatch(/^(?!0+$)[0-9a-f]{64}$/);
    expect(await load(bytes)).toEqual({
      flat,
      metadata: { config: '{}', format: 'noisesmith-weights-1', digest: metadata.digest },
    });
  });

  it('show a flipped bit in any byte', async () => {
    const bytes = await save(flat, { config: '{"a":1}' });
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << (at % 8);
      await expect(load(damaged), `byte ${at}`).rejects.toThrow(/^w: /);
    }
  });

  it('may come without a digest, from another program', async () => {
    const { tensors } = readSafetensors(await save());
    expect((await load(writeSafetensors(tensors))).flat).toEqual(flat);
  });

  it('are those of a checkpoint that are asked for', async () => {
    const source = bytesSource(await encode(20, { config: '{}' }), 'c');
    expect((await loadWeights(source, layout)).flat).toEqual(vectorsAt(20).ema);
    const { flat: params, metadata } = await loadWeights(source, layout, 'params');
    expect(params).toEqual(vectorsAt(20).params);
    expect(metadata).toMatchObject({ config: '{}', step: '20' });
  });

  it('that do not fit or are no numbers are refused by name', async () => {
    const bytes = await save();
    await expect(load(bytes, { 'stem.weight': [3, 2], 'stem.bias': [2], out: [4] })).rejects.toThrow(
      "w: tensor 'out' [4] is missing",
    );
    await expect(load(bytes, { 'stem.weight': [2, 3], 'stem.bias': [2] })).rejects.toThrow(
      "w: tensor 'stem.weight' is [3,2]; expected [2,3]",
    );
    await expect(load(bytes, { 'stem.weight': [3, 2] })).rejects.toThrow("w: tensor 'stem.bias' is unknown");
    await expect(load(bytes.slice(0, 30))).rejects.toThrow(/^w: /);
    const spoilt = await save(flat.with(1, Number.NaN) as Float32Array<ArrayBuffer>);
    await expect(load(spoilt)).rejects.toThrow("w: tensor 'stem.weight' holds numbers that are not finite");
  });
});

it('every state of a run has a name in its checkpoint', () => {
  expect(Object.keys(vectorsAt(1))).toEqual([...trainStateNames]);
});
