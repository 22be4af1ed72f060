// Reference: the interface itself, by a target that is made up: what it allows, plans make use of, and no more.
import { describe, expect, it } from 'vitest';
import { add, f32, matmul, mul, pack, sigmoid, softmax, sum, trace } from '../index';
import { EXPANSION } from './candidate';
import { bufferText, type Place } from './memory';
import { makePlan } from './plan';
import type { Target, TargetLimits } from './target';

const profile = { vendor: '', architecture: '', device: '', description: 'made up', software: true, halves: false };

/** One kernel for each group, whose code is the group's kind. */
function madeUp(limits: Partial<TargetLimits> = {}, candidates: Target['candidates'] = () => []): Target<string> {
  return {
    name: 'made up',
    profile,
    identity: ['made up'],
    limits: { operands: 8, operandBytes: 2 ** 20, alignment: 64, sharedBuffers: false, keptBytes: 0, ...limits },
    defaults: new Map(),
    candidates,
    lower: (group, values) => ({
      kernels: [
        {
          label: group.kind,
          form: group.kind,
          operands: [
            ...group.loads.map((t) => ({ place: values.placeOf(t), writable: false })),
            ...group.outputs.map((t) => ({ place: values.placeOf(t), writable: true })),
          ],
          items: 1,
          work: { flops: 0, loads: 0, stores: 0 },
          code: group.kind,
        },
      ],
    }),
    keyOf: (code) => code,
    samples: () => [],
  };
}

const chain = trace({ inputs: { x: f32(16, 16) } }, ({ inputs: { x } }) => {
  let y = x;
  for (let i = 0; i < 6; i++) y = matmul(y, x);
  return { outputs: { y } };
});

const overlaps = (a: Place, b: Place): boolean =>
  bufferText(a.buffer) === bufferText(b.buffer) && a.offset < b.offset + b.size && b.offset < a.offset + a.size;

describe('temporary memory', () => {
  it('is whole buffers where a kernel may not read parts of a buffer that it writes', () => {
    const { kernels, slots } = makePlan(chain, madeUp());
    expect(slots.length).toBeGreaterThan(1);
    for (const { operands } of kernels) {
      const written = operands.filter(({ writable }) => writable).map(({ place }) => bufferText(place.buffer));
      const read = operands.filter(({ writable }) => !writable).map(({ place }) => bufferText(place.buffer));
      expect(read.filter((name) => written.includes(name))).toEqual([]);
    }
  });

  it('is ranges of one where it may', () => {
    const { kernels, liveBound, slots } = makePlan(chain, madeUp({ sharedBuffers: true, alignment: 4 }));
    expect(slots).toEqual([liveBound]);
    const written = kernels.map(({ operands }) => operands.find(({ writable }) => writable)!.place);
    for (const [i, { operands }] of kernels.entries()) {
      const read = operands.filter(({ writable }) => !writable).map(({ place }) => place);
      expect(read.some((place) => overlaps(place, written[i]!))).toBe(false);
      if (i > 0) expect(read.some((place) => place.key === written[i - 1]!.key)).toBe(true);
    }
    expect(new Set(written.map(({ offset }) => offset)).size).toBeGreaterThan(1);
  });
});

describe('packs', () => {
  const packed = (offset: number) =>
    trace({ inputs: { x: f32(8, 8), w: f32(8, 8) } }, ({ inputs: { x, w } }) => {
      const first = sum(x, 0, { keepDims: true });
      const segments = [0, offset].map((from) => ({ offset: from, size: 8 }));
      return { outputs: { flat: pack([first, matmul(first, w)], segments, offset + 8) } };
    });

  it('are written element by element where operands may begin there', () => {
    expect(makePlan(packed(12), madeUp({ alignment: 4, sharedBuffers: true })).packs).toEqual([20]);
    expect(makePlan(packed(12), madeUp({ alignment: 64 })).packs).toEqual([]);
  });

  it('hold what a kernel reads that writes beside it where buffers are shared; else that is kept apart', () => {
    const readBy = (sharedBuffers: boolean): string[] =>
      makePlan(packed(64), madeUp({ sharedBuffers }))
        .kernels.find(({ code }) => code === 'contract')!
        .operands.flatMap(({ place, writable }) => (writable ? [] : [place.buffer.kind]));
    expect(readBy(true)).toEqual(['pack', 'input']);
    expect(readBy(false)).toEqual(['slot', 'input']);
  });
});

it('a kernel is given no more operands than the target allows', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'] as const;
  const inputs = Object.fromEntries(names.map((name) => [name, f32(4)]));
  const wide = trace({ inputs }, (given) => {
    const [first, ...others] = names.map((name) => mul(sigmoid(given.inputs[name]!), 2));
    return { outputs: { y: others.reduce((x, y) => add(x, y), first!) } };
  });
  const most = (operands: number): number =>
    Math.max(...makePlan(wide, madeUp({ operands })).kernels.map((kernel) => kernel.operands.length));
  expect(most(16)).toBe(names.length + 1);
  expect(most(6)).toBeLessThanOrEqual(6);
});

describe('a named call', () => {
  const graph = trace({ inputs: { x: f32(4, 4) } }, ({ inputs: { x } }) => ({ outputs: { y: softmax(x) } }));
  const formsWith = (...names: string[]): string[] =>
    makePlan(
      graph,
      madeUp({}, () => names.map((name) => ({ name, suits: name !== 'slow' }))),
    ).kernels.map(({ form }) => form);

  it('is whole where the target can compute it so, and else its expansion', () => {
    expect(formsWith('fast')).toEqual(['named']);
    expect(formsWith('slow')).not.toContain('named');
    expect(formsWith(EXPANSION, 'fast')).not.toContain('named');
    expect(formsWith()).not.toContain('named');
  });
});

it('halves are refused in one line by a target without them', () => {
  expect(() => makePlan(chain, madeUp(), { storage: 'f16' })).toThrow(
    /^storage 'f16': made up keeps no 16-bit floats; expected storage 'f32'$/,
  );
});
