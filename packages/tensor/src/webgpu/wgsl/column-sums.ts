import { sumWork, type Work, work } from '../../lower/work';
import type { KernelRequest, Result, Stage } from './variant';
import {
  type FoldShape,
  foldModule,
  foldShape,
  foldWorkgroups,
  Lines,
  partialResults,
  sumAccumulator,
} from './workgroup-fold';

/** Sums over rows that gradients of gamma and beta are, of `width` columns, for GPUs. */
export interface ColumnSums {
  readonly width: number;
  readonly dgamma: Result;
  readonly dbeta: Result;
}

/** Statements that bind what row `row` of column `i`, or of its quad, adds to both sums. */
type Addends = (row: string, names: { readonly dgamma: string; readonly dbeta: string }) => readonly string[];

function sumStage(name: string, s: FoldShape, quads: boolean, addends: Addends, stores: string[], done: Work): Stage {
  const type = quads ? 'vec4<f32>' : 'f32';
  const w = new Lines();
  const body = foldModule(w, s, {
    accumulators: [sumAccumulator('dgamma', type), sumAccumulator('dbeta', type)],
    take(rows) {
      const names = rows.map((_, j) => ({ dgamma: `dgamma_${j}`, dbeta: `dbeta_${j}` }));
      rows.forEach((row, j) => {
        for (const line of addends(row, names[j]!)) w.statement(line);
      });
      for (const own of names) w.statement(`dgamma += ${own.dgamma}; dbeta += ${own.dbeta};`);
    },
    finish() {
      for (const line of stores) w.statement(line);
    },
  });
  return { name: `${name} by ${s.wide}x${s.tall}`, body, workgroups: foldWorkgroups(s), work: done };
}

/** The sums of `parts` partial sums of each column, part by part in `gammas` and `betas`, which are arrays of vec4 with `quads`. */
export function combinedColumns(
  { width, dgamma, dbeta }: ColumnSums,
  { name, parts, gammas, betas, quads }: { name: string; parts: number; gammas: string; betas: string; quads: boolean },
): Stage {
  const columns = quads ? width / 4 : width;
  const shape = foldShape({ columns, length: parts, width: quads ? 4 : 1, along: false });
  const addends: Addends = (row, names) => [
    `let ${names.dgamma} = ${gammas}[${row} * ${columns}u + i];`,
    `let ${names.dbeta} = ${betas}[${row} * ${columns}u + i];`,
  ];
  const stores = quads
    ? [dgamma.storeQuad('i * 4u', 'dgamma'), dbeta.storeQuad('i * 4u', 'dbeta')]
    : [dgamma.store('i', 'dgamma'), dbeta.store('i', 'dbeta')];
  const done = work({ flops: 2 * parts * width, loads: 2 * parts * width, stores: 2 * width });
  return sumStage(name, shape, quads, addends, stores, done);
}

/** The sums over `rows` rows of what `addends` says, which is work `each` for an element. */
export function summedColumns(
  request: Pick<KernelRequest<unknown>, 'scratch'>,
  sums: ColumnSums,
  { rows, addends, each }: { rows: number; addends: Addends; each: Pick<Work, 'flops' | 'loads'> },
): Stage[] {
  const { width, dgamma, dbeta } = sums;
  const s = foldShape({ columns: width, length: rows, width: 1, along: false });
  const name = `columns ${rows}x${width}`;
  const all = work({ flops: each.flops * rows * width, loads: each.loads * rows * width });
  if (s.parts === 1) {
    const stores = [dgamma.store('i', 'dgamma'), dbeta.store('i', 'dbeta')];
    return [sumStage(name, s, false, addends, stores, sumWork(all, work({ stores: 2 * width })))];
  }
  const [gammas, betas] = [request.scratch(partialResults(s)), request.scratch(partialResults(s))];
  const stores = [`${gammas}[part * ${width}u + i] = dgamma;`, `${betas}[part * ${width}u + i] = dbeta;`];
  const done = sumWork(all, work({ stores: 2 * partialResults(s) }));
  return [
    sumStage(`${name} in ${s.parts} parts`, s, false, addends, stores, done),
    combinedColumns(sums, { name: `${name} combine ${s.parts} parts`, parts: s.parts, gammas, betas, quads: false }),
  ];
}
