import { type Work, work } from '../../lower/work';
import { perElement, workgroupsFor } from './assemble';
import { summedColumns } from './column-sums';
import { teamLayerNorm, teamLayerNormBackward, teamSoftmax, teamSoftmaxBackward } from './row-team-kernels';
import { subgroupTeam, workgroupTeam } from './row-teams';
import { perRow, rowsOf, rowWorkgroups, unrolled } from './rows';
import type { KernelVariant, Stage } from './variant';

const rowsStage = (rows: number, width: number, body: string, done: Work): Stage => ({
  name: `rows ${rows}x${width}`,
  body: perRow(rows, body),
  workgroups: rowWorkgroups(rows),
  work: done,
});

/** Mean and variance in two passes over the row, the result in a third: no cancellation, three loads an element. */
const layerNormRow: KernelVariant<{ epsilon: number }> = {
  name: 'invocation-rows',
  supports: () => true,
  stages(request) {
    const { rows, width } = rowsOf(request.inputs);
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
    const perElementLoads = 3 * x!.loads + gamma!.loads + beta!.loads;
    const done = work({
      flops: rows * (8 * width + 4),
      loads: rows * width * perElementLoads,
      stores: rows * (width + Number(mean!.wanted) + Number(rstd!.wanted)),
    });
    return [rowsStage(rows, width, body, done)];
  },
};

/** dx row by row; dgamma and dbeta as sums of parts of the rows, then of the parts: no atomics, a fixed order. */
const layerNormBackwardRow: KernelVariant<Record<string, never>> = {
  name: 'invocation-rows',
  supports: () => true,
  stages(request) {
    const { rows, width } = rowsOf(request.inputs);
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
      const done = work({
        flops: rows * (13 * width + 2),
        loads: rows * (mean!.loads + rstd!.loads + 2 * width * (x!.loads + gamma!.loads + dy!.loads)),
        stores: rows * width,
      });
      stages.push(rowsStage(rows, width, body, done));
    }
    if (!dgamma!.wanted && !dbeta!.wanted) return stages;
    return [...stages, ...(request.profile.software ? columnSums() : sharedSums())];

    function sharedSums(): Stage[] {
      const columns = { width, dgamma: dgamma!, dbeta: dbeta! };
      return summedColumns(request, columns, {
        rows,
        addends: (row, names) => [
          `let ${names.dbeta} = ${dy!.load(`(${row} * ${width}u + i)`)};`,
          `let ${names.dgamma} = ${names.dbeta} * (${x!.load(`(${row} * ${width}u + i)`)} - ${mean!.load(row)}) * ${rstd!.load(row)};`,
        ],
        each: { flops: 5, loads: x!.loads + mean!.loads + rstd!.loads + dy!.loads },
      });
    }

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
      const each = x!.loads + mean!.loads + rstd!.loads + dy!.loads;
      return [
        {
          name: `columns ${rows}x${width} in ${parts} parts`,
          body: perElement(parts * width, first),
          workgroups: workgroupsFor(parts * width),
          work: work({ flops: 5 * rows * width, loads: each * rows * width, stores: 2 * parts * width }),
        },
        {
          name: `columns ${rows}x${width} combine ${parts} parts`,
          body: perElement(width, second),
          workgroups: workgroupsFor(width),
          work: work({ flops: 2 * parts * width, loads: 2 * parts * width, stores: 2 * width }),
        },
      ];
    }
  },
};

const softmaxRow: KernelVariant<Record<string, never>> = {
  name: 'invocation-rows',
  supports: () => true,
  stages(request) {
    const { rows, width } = rowsOf(request.inputs);
    const x = request.inputs[0]!;
    const y = request.outputs[0]!;
    const body = `  let base = row * ${width}u;
  var top = ${x.load('base')};
${unrolled(width, (c) => `top = max(top, ${x.load(`base + ${c}`)});`)}
  var sum = 0.0;
${unrolled(width, (c) => `sum += exp(${x.load(`base + ${c}`)} - top);`)}
  let scale = 1.0 / sum;
${unrolled(width, (c) => y.store(`base + ${c}`, `exp(${x.load(`base + ${c}`)} - top) * scale`))}`;
    const done = work({
      flops: rows * (7 * width + 1),
      loads: rows * (3 * width + 1) * x.loads,
      stores: rows * width,
    });
    return [rowsStage(rows, width, body, done)];
  },
};

const softmaxBackwardRow: KernelVariant<Record<string, never>> = {
  name: 'invocation-rows',
  supports: () => true,
  stages(request) {
    const { rows, width } = rowsOf(request.inputs);
    const [y, dy] = request.inputs;
    const dx = request.outputs[0]!;
    const at = (c: string): string => `base + ${c}`;
    const body = `  let base = row * ${width}u;
  var dot = 0.0;
${unrolled(width, (c) => `dot += ${y!.load(at(c))} * ${dy!.load(at(c))};`)}
${unrolled(width, (c) => dx.store(at(c), `${y!.load(at(c))} * (${dy!.load(at(c))} - dot)`))}`;
    const done = work({
      flops: 4 * rows * width,
      loads: 2 * rows * width * (y!.loads + dy!.loads),
      stores: rows * width,
    });
    return [rowsStage(rows, width, body, done)];
  },
};

const teams = [subgroupTeam, workgroupTeam];

export const layerNormKernels = [...teams.map(teamLayerNorm), layerNormRow];
export const layerNormBackwardKernels = [...teams.map(teamLayerNormBackward), layerNormBackwardRow];
export const softmaxKernels = [...teams.map(teamSoftmax), softmaxRow];
export const softmaxBackwardKernels = [...teams.map(teamSoftmaxBackward), softmaxBackwardRow];
