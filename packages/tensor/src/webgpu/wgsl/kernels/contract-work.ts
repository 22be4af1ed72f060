import { repeatWork, sumWork, type Work, work } from '../../../lower/work';
import type { ContractProblem } from './contract-problem';

/** A form that keeps its sums in registers: `down` × `across` tiles of rows × (lanes · columns), for each matrix. */
export interface RegisterTiles {
  readonly rows: number;
  readonly columns: number;
  readonly lanes: number;
  /** Values of A that each lane loads at each k; the others reach it by broadcast. */
  readonly loadedRows: number;
  readonly parts: number;
}

/** Lanes past an edge load and multiply as the others do, and store nothing. */
export function registerTilesWork(p: ContractProblem, tiles: RegisterTiles): Work {
  const { rows, columns, lanes, loadedRows, parts } = tiles;
  const down = Math.ceil(p.m / rows);
  const across = Math.ceil(p.n / (lanes * columns));
  const steps = p.batch * down * across * lanes * p.k;
  return sumWork(
    repeatWork(p.costs.loadA, steps * loadedRows),
    repeatWork(p.costs.loadB, steps * columns),
    work({ flops: 2 * steps * rows * columns }),
    repeatWork(p.costs.store, parts * p.batch * p.m * p.n),
  );
}

/** A form that stages strips of rows and of columns in workgroup memory, `depth` steps of k at a time. */
export interface StagedTiles {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly parts: number;
}

/** What lies past an edge is not loaded, but multiplied. */
export function stagedTilesWork(p: ContractProblem, { rows, columns, depth, parts }: StagedTiles): Work {
  const down = Math.ceil(p.m / rows);
  const across = Math.ceil(p.n / columns);
  const multiplied = p.batch * down * rows * across * columns * Math.ceil(p.k / depth) * depth;
  return sumWork(
    repeatWork(p.costs.loadA, p.batch * across * p.m * p.k),
    repeatWork(p.costs.loadB, p.batch * down * p.n * p.k),
    work({ flops: 2 * multiplied }),
    repeatWork(p.costs.store, parts * p.batch * p.m * p.n),
  );
}

/** The sums of the parts of all outputs, and their epilogue. */
export function combineWork(p: ContractProblem, parts: number): Work {
  return repeatWork(sumWork(work({ flops: parts, loads: parts }), p.costs.store), p.batch * p.m * p.n);
}
