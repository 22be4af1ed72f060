// Reference: the oracle in double precision, on programs whose indices a vector of four neighbours meets in every way.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../../index';
import { f32, type Tensor, type TensorSpec, trace, u32 } from '../../index';
import { worstError } from '../../testing/compare';
import { spreadInputs } from '../../testing/kernel-case';
import type { Wasm } from '../backend';
import { STRAY_BYTES } from '../heap';
import { openWasm } from '../open';

let backend: Wasm;
beforeAll(async () => {
  backend = await openWasm({ threads: 2 });
});
afterAll(() => backend.destroy());

/** Elements of a row beyond whose edge the memory around a tensor ends. */
const FAR = STRAY_BYTES / 4 + 5;

interface Case {
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  build(xs: Readonly<Record<string, Tensor>>): Tensor;
}

const one = (shape: readonly number[], build: (x: Tensor) => Tensor): Case => ({
  inputs: { x: f32(...shape) },
  build: ({ x }) => build(x!),
});

const cases: Readonly<Record<string, Case>> = {
  'a size that is no multiple of 4': one([7, 3], (x) => ops.exp(x)),
  'fewer than four': one([3], (x) => ops.mul(x, x)),
  'a row that is repeated': { inputs: { x: f32(6, 8), y: f32(8) }, build: ({ x, y }) => ops.add(x!, y!) },
  'a ragged row that is repeated': { inputs: { x: f32(6, 7), y: f32(7) }, build: ({ x, y }) => ops.add(x!, y!) },
  'a column that is repeated': {
    inputs: { x: f32(6, 7), y: f32(6, 1) },
    build: ({ x, y }) => ops.add(x!, ops.broadcastTo(y!, [6, 7])),
  },
  'columns as rows': one([9, 6], (x) => ops.add(ops.permute(x, [1, 0]), 1)),
  'every third element': one([40], (x) => ops.add(ops.slice(x, [2], [12], [3]), 1)),
  'neighbours from an odd place on': one([5, 9], (x) => ops.neg(ops.slice(x, [0, 1], [5, 8]))),
  'a pad within a row': one([5, 6], (x) => ops.add(ops.pad(x, [0, 1], [0, 1]), 1)),
  'a pad within a ragged row': one([5, 4], (x) => ops.add(ops.pad(x, [0, 2], [0, 1]), 1)),
  'a pad around rows': one([3, 8], (x) => ops.add(ops.pad(x, [1, 0], [2, 0]), 1)),
  'a pad further than memory reaches': one([3, FAR], (x) => ops.add(ops.pad(x, [1, 0], [2, 0]), 1)),
  'a pad further than memory reaches, across four': one([2, FAR, 2], (x) =>
    ops.add(ops.permute(ops.pad(x, [1, 0, 0], [1, 0, 0]), [1, 2, 0]), 1),
  ),
  'a pad that is reshaped': one([3, 4], (x) => ops.add(ops.reshape(ops.pad(x, [1, 1], [0, 0]), [5, 4]), 1)),
  'rows that are picked': {
    inputs: { table: f32(5, 8), rows: u32(3) },
    build: ({ table, rows }) => ops.add(ops.gather(table!, rows!), 1),
  },
  'elements that are picked, some beyond the end': {
    inputs: { table: f32(5), rows: u32(11) },
    build: ({ table, rows }) => ops.add(ops.gather(table!, rows!), 1),
  },
  'sums of columns, ragged': one([70, 9], (x) => ops.sum(x, 0)),
  'long sums of columns': one([3000, 8], (x) => ops.sum(x, 0)),
  'sums of rows': one([9, 70], (x) => ops.mul(ops.sum(x, 1), 2)),
  'a result whose columns are rows': {
    inputs: { x: f32(9, 6), y: f32(6, 7) },
    build: ({ x, y }) => ops.add(ops.einsum('mk,kn->nm', x!, y!), 1),
  },
  'a result whose neighbours are of several batches': {
    inputs: { x: f32(5, 9, 6), y: f32(5, 6, 7) },
    build: ({ x, y }) => ops.add(ops.einsum('bmk,bkn->mnb', x!, y!), 1),
  },
};

describe.each([
  ['four neighbours at a time', false],
  ['one element at a time', true],
])('%s', (_, generic) => {
  it.each(Object.entries(cases))('%s', async (_name, { inputs, build }) => {
    const graph = trace({ inputs }, (args) => ({ outputs: { y: build(args.inputs) } }));
    const values = Object.entries(inputs).map(([name, { shape, dtype }]) => [
      name,
      dtype === 'f32'
        ? spreadInputs({ [name]: f32(...shape) })[name]!
        : Uint32Array.from({ length: shape[0]! }, (_, i) => (i * 5) % 7),
    ]);
    expect(await worstError(backend, graph, { inputs: Object.fromEntries(values) }, { generic })).toBeLessThan(1e-5);
  });
});
