import { sizeOf } from '../ir/shape';
import type { KernelRequest, KernelVariant, Stage } from '../plan/variant';
import { perElement, workgroupsFor } from './assemble';
import { perRow, rowWorkgroups, unrolled } from './rows';

/** Rows of the last axis of argument 0. */
function rowsOf({ inputs }: KernelRequest<never> | { inputs: readonly { shape: readonly number[] }[] }) {
  const { shape } = inputs[0]!;
  const width = shape[shape.length - 1]!;
  return { rows: sizeOf(shape) / width, width };
}

/** Mean and variance in two passes over the row, the result in a third: no cancellation, three loads an element. */
const layerNormRow: KernelVariant<{ epsilon: number }> = {
  name: 'a row per invocation',
  supports: () => true,
  stages(request) {
    const { rows, width } = rowsOf(request);
    const [x, gamma, beta] = request.inputs;
    const [y, mean, rstd] = request.outputs;
    const at = (c: string): string => `base + ${c}`;
    const body = `  let base = row * ${width}u;
  var sum = 0.0;
${unrolled(width, (c) => `sum += ${x!.load(at(c))};`)}
  let mean = sum * ${1 / width};
  var squares = 0.0;
${unrolled(width, (c) => `let d = ${x!.load(at(c))} - mean; squares += d * d;`)}
  let rstd = inverseSqrt(squares * ${1 / width} + ${request.attributes.epsilon});
${unrolled(width, (c) => y!.store(at(c), `(${x!.load(at(c))} - mean) * rstd * ${gamma!.load(c)} + ${beta!.load(c)}`))}
${mean!.wanted ? `  ${mean!.store('row', 'mean')}` : ''}
${rstd!.wanted ? `  ${rstd!.store('row', 'rstd')}` : ''}`;
    return [{ name: 'rows', body: perRow(rows, body), workgroups: rowWorkgroups(rows) }];
  },
};

/** dx row by row; dgamma and dbeta as sums of parts of the rows, then of the parts: no atomics, a fixed order. */
const layerNormBackwardRow: KernelVariant<Record<string, never>> = {
  name: 'a row per invocation, columns in parts',
  supports: () => true,
  stages(request) {
    const { rows, width } = rowsOf(request);
    const [x, gamma, mean, rstd, dy] = request.inputs;
    const [dx, dgamma, dbeta] = request.outputs;
    const stages: Stage[] = [];
    if (dx!.wanted) {
      const at = (c: string): string => `base + ${c}`;
      const hat = (c: string): string => `(${x!.load(at(c))} - mean) * rstd`;
      const body = `  let base = row * ${width}u;
  let mean = ${mean!.load('row')};
  let rstd = ${rstd!.load('row')};
  var sum = 0.0;
  var dot = 0.0;
${unrolled(width, (c) => `let g = ${dy!.load(at(c))} * ${gamma!.load(c)}; sum += g; dot += g * ${hat(c)};`)}
  sum *= ${1 / width};
  dot *= ${1 / width};
${unrolled(width, (c) => dx!.store(at(c), `rstd * (${dy!.load(at(c))} * ${gamma!.load(c)} - sum - ${hat(c)} * dot)`))}`;
      stages.push({ name: 'rows', body: perRow(rows, body), workgroups: rowWorkgroups(rows) });
    }
    if (dgamma!.wanted || dbeta!.wanted) stages.push(...columnSums());
    return stages;

    function columnSums(): Stage[] {
      const part = Math.max(8, Math.ceil(rows / Math.max(1, Math.ceil(1024 / width))));
      const parts = Math.ceil(rows / part);
      const gammas = request.scratch(parts * width);
      const betas = request.scratch(parts * width);
      const first = `  let column = i % ${width}u;
  let first = (i / ${width}u) * ${part}u;
  let last = min(first + ${part}u, ${rows}u);
  var dgamma = 0.0;
  var dbeta = 0.0;
  for (var row = first; row < last; row++) {
    let at = row * ${width}u + column;
    let dy = ${dy!.load('at')};
    dbeta += dy;
    dgamma += dy * (${x!.load('at')} - ${mean!.load('row')}) * ${rstd!.load('row')};
  }
  ${gammas}[i] = dgamma;
  ${betas}[i] = dbeta;`;
      const second = `  var dgamma = 0.0;
  var dbeta = 0.0;
  for (var p = i / ${width}u; p < ${parts}u; p++) {
    dgamma += ${gammas}[p * ${width}u + i];
    dbeta += ${betas}[p * ${width}u + i];
  }
  ${dgamma!.store('i', 'dgamma')}
  ${dbeta!.store('i', 'dbeta')}`;
      return [
        { name: 'column parts', body: perElement(parts * width, first), workgroups: workgroupsFor(parts * width) },
        { name: 'columns', body: perElement(width, second), workgroups: workgroupsFor(width) },
      ];
    }
  },
};

const softmaxRow: KernelVariant<Record<string, never>> = {
  name: 'a row per invocation',
  supports: () => true,
  stages(request) {
    const { rows, width } = rowsOf(request);
    const x = request.inputs[0]!;
    const y = request.outputs[0]!;
    const body = `  let base = row * ${width}u;
  var top = ${x.load('base')};
${unrolled(width, (c) => `top = max(top, ${x.load(`base + ${c}`)});`)}
  var sum = 0.0;
${unrolled(width, (c) => `sum += exp(${x.load(`base + ${c}`)} - top);`)}
  let scale = 1.0 / sum;
${unrolled(width, (c) => y.store(`base + ${c}`, `exp(${x.load(`base + ${c}`)} - top) * scale`))}`;
    return [{ name: 'rows', body: perRow(rows, body), workgroups: rowWorkgroups(rows) }];
  },
};

const softmaxBackwardRow: KernelVariant<Record<string, never>> = {
  name: 'a row per invocation',
  supports: () => true,
  stages(request) {
    const { rows, width } = rowsOf(request);
    const [y, dy] = request.inputs;
    const dx = request.outputs[0]!;
    const at = (c: string): string => `base + ${c}`;
    const body = `  let base = row * ${width}u;
  var dot = 0.0;
${unrolled(width, (c) => `dot += ${y!.load(at(c))} * ${dy!.load(at(c))};`)}
${unrolled(width, (c) => dx.store(at(c), `${y!.load(at(c))} * (${dy!.load(at(c))} - dot)`))}`;
    return [{ name: 'rows', body: perRow(rows, body), workgroups: rowWorkgroups(rows) }];
  },
};

export const layerNormKernels = [layerNormRow];
export const layerNormBackwardKernels = [layerNormBackwardRow];
export const softmaxKernels = [softmaxRow];
export const softmaxBackwardKernels = [softmaxBackwardRow];
