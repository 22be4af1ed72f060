// Reference: what one would write by hand for each of these; a change of emitted code is to be seen and judged.
import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  conv2d,
  einsum,
  f32,
  type Graph,
  matmul,
  maxPool,
  mul,
  permute,
  reshape,
  square,
  sum,
  type Tensor,
  type TensorSpec,
  trace,
  window,
} from '../../index';
import { makePlan } from '../../plan/plan';
import { webgpuTarget } from '../target';

const profile = {
  vendor: '',
  architecture: '',
  device: '',
  description: '',
  software: true,
  subgroupSize: 0,
  halves: false,
  timestamps: false,
  limits: { maxStorageBuffersPerShaderStage: 8 },
} as never;

it('computes an elementwise chain inside the reduction that reads it', () => {
  const graph = trace({ inputs: { x: f32(2048, 6), bias: f32(6) } }, ({ inputs }) => ({
    outputs: { y: sum(square(add(mul(inputs.x, 2), inputs.bias)), 1) },
  }));
  const { kernels } = makePlan(graph, webgpuTarget(profile));
  expect(kernels).toHaveLength(1);
  expect(kernels[0]!.code).toMatchInlineSnapshot(`
    "@group(0) @binding(0) var<storage, read> buf0: array<f32>;
    @group(0) @binding(1) var<storage, read> buf1: array<f32>;
    @group(0) @binding(2) var<storage, read_write> buf2: array<f32>;
    @compute @workgroup_size(64)
    fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
      let i = (group.x + groups.x * (group.y + groups.y * group.z)) * 64u + lane;
      if (i >= 2048u) { return; }
      var acc = 0.0;
      for (var r = i / 2048u; r < 6u; r++) {
        let v0 = buf0[i * 6u + r];
        let v1 = (v0 * 2.0);
        let v2 = buf1[r];
        let v3 = (v1 + v2);
        let v4 = (v3 * v3);
        acc = acc + v4;
      }
      buf2[i] = acc;
    }
    "
  `);
});

/** What the kernels of a plan do, without declarations of buffers and the lines that every entry point begins with. */
const bodies = (graph: Graph, options = {}): string =>
  makePlan(graph, webgpuTarget(profile), options)
    .kernels.map(({ form, code }) => {
      const lines = code.split('\n').filter((line) => !/^@|^fn main|let i = |{ return; }|^}|^$/.test(line));
      return [form, ...lines].join('\n');
    })
    .join('\n');

it('takes four neighbours of an elementwise chain at a time', () => {
  const graph = trace({ inputs: { x: f32(4, 8), y: f32(4, 8) } }, ({ inputs }) => ({
    outputs: { z: mul(add(inputs.x, inputs.y), 0.5) },
  }));
  expect(bodies(graph)).toMatchInlineSnapshot(`
    "pointwise 4x8
      let first = i * 4u;
      let v0 = buf0[first / 4u];
      let v1 = buf1[first / 4u];
      let v2 = (v0.x + v1.x);
      let v3 = (v2 * 0.5);
      let v4 = (v0.y + v1.y);
      let v5 = (v4 * 0.5);
      let v6 = (v0.z + v1.z);
      let v7 = (v6 * 0.5);
      let v8 = (v0.w + v1.w);
      let v9 = (v8 * 0.5);
      buf2[first / 4u] = vec4<f32>(v3,v5,v7,v9);"
  `);
});

it('folds few long sums in two stages', () => {
  const graph = trace({ inputs: { x: f32(3, 4096) } }, ({ inputs }) => ({ outputs: { y: sum(square(inputs.x), 1) } }));
  expect(bodies(graph)).toMatchInlineSnapshot(`
    "reduce sum 3x4096 over 1 in 128 parts
      let begin = (i / 3u) * 32u;
      let end = min(begin + 32u, 4096u);
      var acc = 0.0;
      let v0 = i % 3u;
      for (var r = begin; r < end; r++) {
        let v1 = buf1[v0 * 4096u + r];
        let v2 = (v1 * v1);
        acc = acc + v2;
      }
      buf0[i] = acc;
    reduce sum 3x4096 over 1 combine 128 parts
      var acc = 0.0;
      for (var p = i / 3u; p < 128u; p++) {
        let v0 = buf0[p * 3u + i];
        acc = acc + v0;
      }
      buf2[i] = acc;"
  `);
});

it('joins tensors by loading each value once, as quads where parts are whole ones', () => {
  const graph = trace({ inputs: { x: f32(4, 64), y: f32(4, 32) } }, ({ inputs }) => ({
    outputs: { z: concat([inputs.x, inputs.y], 1) },
  }));
  expect(makePlan(graph, webgpuTarget(profile)).kernels[0]!.work).toEqual({ flops: 0, loads: 384, stores: 384 });
  expect(bodies(graph)).toMatchInlineSnapshot(`
    "pointwise 4x96
      let first = i * 4u;
      if ((first % 96u) < 64u) {
        let v0 = buf0[first / 96u * 16u + first / 4u % 24u];
        buf1[first / 4u] = vec4<f32>(v0.x,v0.y,v0.z,v0.w);
      }
      if ((first % 96u) >= 64u) {
        let v1 = buf2[first / 96u * 8u + first / 4u % 24u - 16u];
        buf1[first / 4u] = vec4<f32>(v1.x,v1.y,v1.z,v1.w);
      }"
  `);
});

it('joins tensors element by element where a quad would span two', () => {
  const graph = trace({ inputs: { x: f32(4, 3), y: f32(4, 5) } }, ({ inputs }) => ({
    outputs: { z: concat([inputs.x, inputs.y], 1) },
  }));
  expect(makePlan(graph, webgpuTarget(profile)).kernels[0]!.work).toEqual({ flops: 0, loads: 32, stores: 32 });
  expect(bodies(graph)).toMatchInlineSnapshot(`
    "pointwise 4x8
      if ((i % 8u) < 3u) {
        let v0 = buf0[i / 8u * 3u + i % 8u];
        buf1[i] = v0;
      }
      if ((i % 8u) >= 3u) {
        let v1 = buf2[i / 8u * 5u + i % 8u - 3u];
        buf1[i] = v1;
      }"
  `);
});

it('rounds what it joins to halves where it is stored so', () => {
  const graph = trace({ inputs: { x: f32(4, 64), y: f32(4, 32), w: f32(96, 8) } }, ({ inputs }) => ({
    outputs: { z: matmul(concat([inputs.x, inputs.y], 1), inputs.w) },
  }));
  const { kernels, half } = makePlan(graph, webgpuTarget({ ...(profile as object), halves: true } as never), {
    storage: 'f16',
  });
  expect(half.size).toBe(1);
  expect(kernels[0]!.code.match(/= ns_half\(v\d+\.[xyzw]\);/g)).toHaveLength(8);
});

it('reads windows where they lie', () => {
  const graph = trace({ inputs: { x: f32(64, 9) } }, ({ inputs }) => ({
    outputs: { y: sum(window(inputs.x, 1, 3, 2), 2) },
  }));
  expect(bodies(graph)).toMatchInlineSnapshot(`
    "reduce sum 64x4x3 over 2
      var acc = 0.0;
      for (var r = i / 256u; r < 3u; r++) {
        let v0 = buf0[i / 4u * 9u + i % 4u * 2u + r];
        acc = acc + v0;
      }
      buf1[i] = acc;"
  `);
});

it('sums products one output at a time in the plain lowering', () => {
  const graph = trace({ inputs: { x: f32(2, 5, 6), y: f32(2, 7, 6) } }, ({ inputs }) => ({
    outputs: { z: mul(einsum('bmk,bnk->bmn', inputs.x, inputs.y), 0.5) },
  }));
  expect(bodies(graph, { generic: true })).toMatchInlineSnapshot(`
    "contract 2x5x7x6 plain
      var acc = 0.0;
      for (var k = i / 70u; k < 6u; k++) {
        acc += buf0[i / 7u * 6u + k] * buf1[i / 35u * 42u + i % 7u * 6u + k];
      }
      let o = i;
      let v0 = (acc * 0.5);
      buf2[o] = v0;"
  `);
});

it('keeps a tile of sums in registers', () => {
  const graph = trace({ inputs: { x: f32(2, 8), w: f32(8, 4) } }, ({ inputs }) => ({
    outputs: { z: add(matmul(inputs.x, inputs.w), 1) },
  }));
  expect(bodies(graph)).toMatchInlineSnapshot(`
    "contract 1x2x4x8 rows 2x8
    let id = group.x + groups.x * (group.y + groups.y * group.z);
    let n0 = (id % 1u) * 8u;
    let m0 = ((id / 1u) % 1u) * 2u;
    let matrix = (id / 1u) % 1u;
    let part = id / 1u;
    let m_0 = m0 + 0u;
    let m_1 = m0 + 1u;
    let n_0 = min(n0 + 0u + lane, 3u);
    var s_0_0 = 0.0;
    var s_1_0 = 0.0;
    let end = min((part + 1u) * 8u, 8u);
    for (var k = part * 8u; k < end; k++) {
    let a_0 = buf0[m_0 * 8u + k];
    let a_1 = buf0[m_1 * 8u + k];
    let b_0 = buf1[k * 4u + n_0];
    s_0_0 = fma(a_0, b_0, s_0_0);
    s_1_0 = fma(a_1, b_0, s_1_0);
    var sums: array<f32, 2>;
    sums[0] = s_0_0;
    sums[1] = s_1_0;
    let last = min(m0 + 2u, 2u);
    for (var row = m0; row < last; row++) {
    if (n0 + 0u + lane < 4u) {
    let acc = sums[(row - m0) * 1u + 0u];
        let v0 = row * 4u + n_0;
        let v1 = acc;
        let v2 = (v1 + 1.0);
        buf2[v0] = v2;"
  `);
});

describe('what is read through views costs few divisions', () => {
  /** Divisions and remainders of the lines that load, in the plain lowering. */
  const divisions = (spec: Record<string, TensorSpec>, build: (x: Tensor, w: Tensor) => Tensor): number => {
    const graph = trace({ inputs: spec }, ({ inputs }) => ({ outputs: { y: build(inputs.x!, inputs.w!) } }));
    const text = makePlan(graph, webgpuTarget(profile), { generic: true })
      .kernels.map(({ code }) => code)
      .join('\n');
    return text
      .split('\n')
      .filter((line) => /buf\d+\[/.test(line))
      .reduce((n, line) => n + (line.match(/ [/%] /g)?.length ?? 0), 0);
  };
  it.each<[string, number, () => number]>([
    [
      "3x3 'same': what m and k say of b, y, x and of kh, kw, once in the index and once in the condition",
      11,
      () => divisions({ x: f32(8, 35, 35, 96), w: f32(3, 3, 96, 96) }, (x, w) => conv2d(x, w, { padding: 'same' })),
    ],
    [
      "3x3 'valid', stride 2",
      8,
      () =>
        divisions({ x: f32(8, 35, 35, 96), w: f32(3, 3, 96, 64) }, (x, w) =>
          conv2d(x, w, { padding: 'valid', stride: 2 }),
        ),
    ],
    [
      "1x7 'same'",
      5,
      () => divisions({ x: f32(8, 17, 17, 128), w: f32(1, 7, 128, 128) }, (x, w) => conv2d(x, w, { padding: 'same' })),
    ],
    ['1x1', 2, () => divisions({ x: f32(8, 17, 17, 128), w: f32(1, 1, 128, 64) }, (x, w) => conv2d(x, w))],
    [
      'max pool 3x3, stride 2',
      8,
      () => divisions({ x: f32(8, 147, 147, 64), w: f32(1) }, (x) => maxPool(x, { size: 3, stride: 2 })),
    ],
    [
      'patches of 4x4',
      6,
      () =>
        divisions({ x: f32(8, 32, 32, 3), w: f32(1) }, (x) =>
          mul(reshape(permute(reshape(x, [8, 8, 4, 8, 4, 3]), [0, 1, 3, 2, 4, 5]), [8, 64, 48]), 2),
        ),
    ],
  ])('%s: at most %d', (_, most, count) => {
    expect(count()).toBeLessThanOrEqual(most);
  });
});
