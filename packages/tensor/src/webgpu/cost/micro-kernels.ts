import { entryParameters, range, workgroupId } from '../wgsl/kernels/kernel';

/** The small programs by which the ceilings of an adapter are measured. */

export const WORKGROUP = 64;

/** Independent sums, so that none waits for another, and not more than fit the registers of a CPU. */
const SUMS = 12;
/** Multiply-adds of each sum per turn of the loop: on software adapters a turn itself costs memory traffic. */
const STEPS = 16;
/** Loads per turn; on software adapters each in the source costs tens of milliseconds of compiling. */
const VECTORS = 12;
/** Loads per turn beside as many multiply-adds as `fmaKernel` has: on software adapters both take about as long. */
const MIXED_VECTORS = 4;

/** What one invocation does in one turn of the loop. */
export const FLOPS_PER_TURN = 2 * SUMS * STEPS;
export const LOADS_PER_TURN = 4 * VECTORS;
export const MIXED_LOADS_PER_TURN = 4 * MIXED_VECTORS;

const kernel = (type: 'f32' | 'vec4<f32>', body: string): string => `
@group(0) @binding(0) var<storage, read> data: array<${type}>;
@group(0) @binding(1) var<storage, read_write> out: array<${type}>;
@group(0) @binding(2) var<storage, read> turns: array<u32>;
@compute @workgroup_size(${WORKGROUP})
fn main(${entryParameters}) {
  let i = (${workgroupId}) * ${WORKGROUP}u + lane;
${body}
}`;

const declare = (count: number, value: (sum: number) => string): string =>
  range(count)
    .map((s) => `  var s${s} = ${value(s)};`)
    .join('\n');

/** Stored, so that nothing of the sums can be left out. */
const store = (count: number): string =>
  `  out[i] = ${range(count)
    .map((s) => `s${s}`)
    .join(' + ')};`;

const multiplyAdds = (summand: string): string[] =>
  range(STEPS).flatMap(() => range(SUMS).map((s) => `    s${s} = fma(s${s}, x, ${summand});`));

/** Multiply-adds in registers. Factor and summand come from memory, so that the compiler knows neither. */
export const fmaKernel = (): string =>
  kernel(
    'f32',
    `  let x = data[lane];
  let y = data[lane + 1u];
${declare(SUMS, (s) => `f32(lane + ${s}u)`)}
  for (var t = 0u; t < turns[0]; t++) {
${multiplyAdds('y').join('\n')}
  }
${store(SUMS)}`,
  );

/**
 * Neighbouring invocations load neighbouring vectors of four, the fastest way to get elements, and all together stream
 * through `elements`, a power of two, over and over.
 */
export const loadKernel = (elements: number, invocations: number): string => {
  const sums = SUMS / 4;
  const loads = range(VECTORS).map(
    (v) => `    s${v % sums} += data[at & ${elements / 4 - 1}u]; at += ${invocations}u;`,
  );
  return kernel(
    'vec4<f32>',
    `${declare(sums, (s) => `vec4<f32>(f32(lane + ${s}u))`)}
  var at = i;
  for (var t = 0u; t < turns[0]; t++) {
${loads.join('\n')}
  }
${store(sums)}`,
  );
};

/** The multiply-adds of `fmaKernel` with loads as in `loadKernel` before them, in the same turn. */
export const mixedKernel = (elements: number, invocations: number): string => {
  const loads = range(MIXED_VECTORS).map(
    (v) => `    let l${v} = data[at & ${elements / 4 - 1}u]; at += ${invocations}u;`,
  );
  return kernel(
    'vec4<f32>',
    `  let x = data[lane].x;
${declare(SUMS, (s) => `f32(lane + ${s}u)`)}
  var at = i;
  for (var t = 0u; t < turns[0]; t++) {
${loads.join('\n')}
    let y = ${range(MIXED_VECTORS)
      .map((v) => `l${v}.x + l${v}.y + l${v}.z + l${v}.w`)
      .join(' + ')};
${multiplyAdds('y').join('\n')}
  }
  out[i] = vec4<f32>(${range(SUMS)
    .map((s) => `s${s}`)
    .join(' + ')});`,
  );
};

/** Next to nothing, but something that the next dispatch has to wait for. */
export const dispatchKernel = (): string =>
  kernel('f32', '  if (i == 0u) { out[0] = out[0] + data[0] + f32(turns[0]); }');
