import { work } from '../../lower/work';
import { perElement, workgroupsFor } from './assemble';
import { combinedColumns } from './column-sums';
import { range } from './kernels/kernel';
import { blocksOf, each, guarded, holdsRows, masked, rowStage, rowSum, type Team } from './row-teams';
import type { KernelVariant, Stage } from './variant';

/** Mean and variance in two passes over registers: no cancellation. */
export const teamLayerNorm = (team: Team): KernelVariant<{ epsilon: number }> => ({
  name: team.name,
  suits: team.suits,
  supports: holdsRows(team),
  stages(request) {
    const b = blocksOf(team, request);
    const [x, gamma, beta] = request.inputs;
    const [y, mean, rstd] = request.outputs;
    const once = each(
      b,
      (j, c) => `let gamma_${j} = ${gamma!.quad(c)};
    let beta_${j} = ${beta!.quad(c)};`,
    );
    const perRow = [
      each(b, (j, c) => `let x_${j} = ${masked(b, j, x!.quad(`base + ${c}`))};`),
      rowSum(b, 'total', 'x'),
      `    let mean = total * ${1 / b.width};`,
      each(b, (j) => `let d_${j} = ${masked(b, j, `x_${j} - mean`)};`),
      rowSum(b, 'squares', 'd', 'd'),
      `    let rstd = inverseSqrt(squares * ${1 / b.width} + ${request.attributes.epsilon});`,
      each(b, (j, c) => guarded(b, j, y!.storeQuad(`base + ${c}`, `d_${j} * rstd * gamma_${j} + beta_${j}`))),
      ...(mean!.wanted ? [`    if (lane == 0u) { ${mean!.store('row', 'mean')} }`] : []),
      ...(rstd!.wanted ? [`    if (lane == 0u) { ${rstd!.store('row', 'rstd')} }`] : []),
    ].join('\n');
    const done = work({
      flops: b.rows * (8 * b.width + 4),
      loads: b.rows * b.width * x!.loads + b.workgroups * b.width * (gamma!.loads + beta!.loads),
      stores: b.rows * (b.width + Number(mean!.wanted) + Number(rstd!.wanted)),
    });
    return [rowStage(b, { name: 'rows', before: once, row: perRow, work: done })];
  },
});

/** dx row by row, and sums over a block's rows for dgamma and dbeta; then the sums over blocks, in a fixed order. */
export const teamLayerNormBackward = (team: Team): KernelVariant<Record<string, never>> => ({
  name: team.name,
  suits: team.suits,
  supports: holdsRows(team),
  stages(request) {
    const b = blocksOf(team, request);
    const [x, gamma, mean, rstd, dy] = request.inputs;
    const [dx, dgamma, dbeta] = request.outputs;
    const sums = dgamma!.wanted || dbeta!.wanted;
    const once = [
      each(b, (j, c) => `let gamma_${j} = ${gamma!.quad(c)};`),
      ...(sums ? [each(b, (j) => `var dgamma_${j} = vec4<f32>();\n    var dbeta_${j} = vec4<f32>();`)] : []),
    ].join('\n');
    const perRow = [
      `    let mean = ${mean!.load('row')};\n    let rstd = ${rstd!.load('row')};`,
      each(b, (j, c) => `let dy_${j} = ${masked(b, j, dy!.quad(`base + ${c}`))};`),
      each(b, (j, c) => `let hat_${j} = (${x!.quad(`base + ${c}`)} - mean) * rstd;`),
      ...(dx!.wanted
        ? [
            each(b, (j) => `let g_${j} = dy_${j} * gamma_${j};`),
            rowSum(b, 'total', 'g'),
            rowSum(b, 'along', 'g', 'hat'),
            `    let shift = total * ${1 / b.width};\n    let slope = along * ${1 / b.width};`,
            each(b, (j, c) =>
              guarded(b, j, dx!.storeQuad(`base + ${c}`, `rstd * (g_${j} - shift - hat_${j} * slope)`)),
            ),
          ]
        : []),
      ...(sums ? [each(b, (j) => `dgamma_${j} += dy_${j} * hat_${j};\n    dbeta_${j} += dy_${j};`)] : []),
    ].join('\n');
    const parts = b.workgroups;
    const [gammas, betas] = sums
      ? [request.scratch(parts * b.width, 4), request.scratch(parts * b.width, 4)]
      : ['', ''];
    const slot = (c: string): string => `(id * ${b.width}u + ${c}) / 4u`;
    const after = sums
      ? each(b, (j, c) => guarded(b, j, `${gammas}[${slot(c)}] = dgamma_${j}; ${betas}[${slot(c)}] = dbeta_${j};`))
      : '';
    const done = work({
      flops: b.rows * ((dx!.wanted ? 13 : 2) + (sums ? 3 : 0)) * b.width,
      loads:
        b.rows * (b.width * (x!.loads + dy!.loads) + b.lanes * (mean!.loads + rstd!.loads)) +
        parts * b.width * gamma!.loads,
      stores: (dx!.wanted ? b.rows * b.width : 0) + (sums ? 2 * parts * b.width : 0),
    });
    const first = rowStage(b, { name: 'rows', before: once, row: perRow, after, work: done });
    if (!sums) return [first];
    const name = `columns ${b.rows}x${b.width} combine ${parts} parts`;
    if (!request.profile.software) {
      const columns = { width: b.width, dgamma: dgamma!, dbeta: dbeta! };
      return [first, combinedColumns(columns, { name, parts, gammas, betas, quads: true })];
    }
    const quads = b.width / 4;
    const combine = `  var dgamma = vec4<f32>();
  var dbeta = vec4<f32>();
  for (var at = i; at < ${parts * quads}u; at += ${quads}u) {
    dgamma += ${gammas}[at];
    dbeta += ${betas}[at];
  }
  ${dgamma!.storeQuad('i * 4u', 'dgamma')}
  ${dbeta!.storeQuad('i * 4u', 'dbeta')}`;
    const second: Stage = {
      name,
      body: perElement(quads, combine),
      workgroups: workgroupsFor(quads),
      work: work({ flops: 2 * parts * b.width, loads: 2 * parts * b.width, stores: 2 * b.width }),
    };
    return [first, second];
  },
});

export const teamSoftmax = (team: Team): KernelVariant<Record<string, never>> => ({
  name: team.name,
  suits: team.suits,
  supports: holdsRows(team),
  stages(request) {
    const b = blocksOf(team, request);
    const x = request.inputs[0]!;
    const y = request.outputs[0]!;
    const top = range(b.quads)
      .map((j) => `x_${j}`)
      .reduce((a, c) => `max(${a}, ${c})`);
    const perRow = [
      // Lanes past the end repeat the row's first quad, which changes no maximum.
      each(b, (j, c) => `let x_${j} = ${x.quad(`base + ${c}`)};`),
      `    let highest = ${top};`,
      `    let top = ${team.max('max(max(highest.x, highest.y), max(highest.z, highest.w))')};`,
      each(b, (j) => `let e_${j} = ${masked(b, j, `exp(x_${j} - top)`)};`),
      rowSum(b, 'total', 'e'),
      '    let scale = 1.0 / total;',
      each(b, (j, c) => guarded(b, j, y.storeQuad(`base + ${c}`, `e_${j} * scale`))),
    ].join('\n');
    const done = work({
      flops: b.rows * (5 * b.width + 1),
      loads: b.rows * b.width * x.loads,
      stores: b.rows * b.width,
    });
    return [rowStage(b, { name: 'rows', row: perRow, work: done })];
  },
});

export const teamSoftmaxBackward = (team: Team): KernelVariant<Record<string, never>> => ({
  name: team.name,
  suits: team.suits,
  supports: holdsRows(team),
  stages(request) {
    const b = blocksOf(team, request);
    const [y, dy] = request.inputs;
    const dx = request.outputs[0]!;
    const perRow = [
      each(b, (j, c) => `let y_${j} = ${masked(b, j, y!.quad(`base + ${c}`))};`),
      each(b, (j, c) => `let dy_${j} = ${dy!.quad(`base + ${c}`)};`),
      rowSum(b, 'along', 'y', 'dy'),
      each(b, (j, c) => guarded(b, j, dx.storeQuad(`base + ${c}`, `y_${j} * (dy_${j} - along)`))),
    ].join('\n');
    const done = work({
      flops: b.rows * 4 * b.width,
      loads: b.rows * b.width * (y!.loads + dy!.loads),
      stores: b.rows * b.width,
    });
    return [rowStage(b, { name: 'rows', row: perRow, work: done })];
  },
});
