// Reference: what one would write by hand for x·2 + bias, broadcast along rows, then squared and summed along rows.
import { expect, it } from 'vitest';
import { add, f32, mul, square, sum, trace } from '../index';
import { makePlan } from '../plan/plan';

const profile = {
  vendor: '',
  architecture: '',
  device: '',
  description: '',
  software: true,
  subgroupSize: 0,
  shaderF16: false,
  timestamps: false,
  limits: { maxStorageBuffersPerShaderStage: 8 },
} as never;

it('computes an elementwise chain inside the reduction that reads it', () => {
  const graph = trace({ inputs: { x: f32(2048, 6), bias: f32(6) } }, ({ inputs }) => ({
    outputs: { y: sum(square(add(mul(inputs.x, 2), inputs.bias)), 1) },
  }));
  const { kernels } = makePlan(graph, profile);
  expect(kernels).toHaveLength(1);
  expect(kernels[0]!.wgsl).toMatchInlineSnapshot(`
    "@group(0) @binding(0) var<storage, read> buf0: array<f32>;
    @group(0) @binding(1) var<storage, read> buf1: array<f32>;
    @group(0) @binding(2) var<storage, read_write> buf2: array<f32>;
    @compute @workgroup_size(64)
    fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
      let i = (group.x + groups.x * (group.y + groups.y * group.z)) * 64u + lane;
      if (i >= 2048u) { return; }
      var acc = 0.0;
      for (var r = i / 2048u; r < 6u; r++) {
        let v0 = buf0[((i * 6u) + r)];
        let v1 = (v0 * 2.0);
        let v2 = buf1[(((i * 6u) + r) % 6u)];
        let v3 = (v1 + v2);
        let v4 = (v3 * v3);
        acc = acc + v4;
      }
      buf2[i] = acc;
    }
    "
  `);
});
