import { EXPECTED_RUNS } from '../../../plan/tune/score';
import { cheapest, registerTileKind } from './candidates';
import { type ContractCandidate, type ContractProblem, type ContractVariant, transpose } from './contract-problem';
import { loadsOfTurn, type QuadTile, quadStage, quadTileName, turnOf } from './contract-quads';
import { combineParts, scratchFor, scratchSize } from './contract-split';
import type { KernelProfile, KernelStage } from './kernel';

/** Rows run along n and lanes along m where `transposed`. */
interface Choice extends QuadTile {
  readonly transposed: boolean;
}

/** Nanoseconds on lavapipe, for all lanes of a subgroup together, on one core. They rank tiles. */
const COST = { load: 7.5, quad: 11, broadcast: 0.8, fma: 0.58, store: 25, quadStore: 40, workgroup: 300, stage: 8000 };
/** Workgroups are dealt out to this many workers. */
const WORKERS = 4;

/** Nanoseconds that compiling takes, by measurement: each load and store is a loop over lanes, each sum lives across loops. */
function compileCost(p: ContractProblem, tile: QuadTile): number {
  const { a, b } = loadsOfTurn(p, tile);
  const sums = tile.rows * tile.columns;
  return 1e6 * (60 + 8 * (a.count + b.count) + 1.4 * sums + sums ** 2 / 250);
}

function cost(p: ContractProblem, tile: QuadTile): number {
  const { rows, columns, lanes, parts } = tile;
  const { batch, m, n, k } = p;
  const turn = turnOf(p);
  const workgroups = batch * Math.ceil(m / rows) * Math.ceil(n / (lanes * columns)) * parts;
  const loads = Object.values(loadsOfTurn(p, tile)).map(
    ({ count, vector }) => count * (vector ? COST.quad : COST.load),
  );
  const step = loads[0]! + loads[1]! + turn * rows * (COST.broadcast + columns * COST.fma);
  const stored = p.quadsOfOut && parts === 1 ? COST.quadStore / 4 : COST.store;
  const stores = Math.min(rows, m) * columns * stored;
  const each = Math.ceil(k / parts / turn) * step + stores + COST.workgroup;
  const combine = parts > 1 ? COST.stage + ((batch * m * n) / lanes / WORKERS) * (parts * COST.load + COST.store) : 0;
  return Math.ceil(workgroups / WORKERS) * each + combine + compileCost(p, tile) / EXPECTED_RUNS;
}

const turn = (problem: ContractProblem, transposed: boolean): ContractProblem =>
  transposed ? transpose(problem) : problem;

function tilesFor(problem: ContractProblem, lanes: number): Choice[] {
  const tiles: Choice[] = [];
  for (const transposed of [false, true]) {
    const p = turn(problem, transposed);
    const strips = p.quadsOfB === 'n' || p.quadsOfOut === 'n';
    for (const rows of [...[8, 16, 24, 32].filter((r) => r < p.m), Math.min(p.m, 32)]) {
      for (const columns of strips ? [4] : [1, 2, 3, 4]) {
        for (let parts = 1; parts === 1 || p.k / parts >= 32; parts *= 2) {
          tiles.push({ rows, columns, lanes, parts, transposed });
        }
      }
    }
  }
  return tiles;
}

function candidates(problem: ContractProblem, { subgroupSize }: KernelProfile): ContractCandidate[] {
  const turned = [false, true].map((transposed) => turn(problem, transposed));
  const price = (tile: Choice): number => cost(turned[Number(tile.transposed)]!, tile);
  return cheapest(tilesFor(problem, subgroupSize), price, registerTileKind).map((tile) => ({
    name: `${quadTileName(tile)}${tile.transposed ? ' transposed' : ''}`,
    scratch: scratchSize(problem, tile.parts),
    emit: () => emit(problem, tile),
  }));
}

function emit(problem: ContractProblem, tile: Choice): KernelStage[] {
  const p = turn(problem, tile.transposed);
  if (tile.parts === 1) return [quadStage(p, tile, undefined)];
  const scratch = scratchFor(p, tile.parts);
  return [quadStage(p, tile, scratch), combineParts(p, scratch, tile.parts)];
}

/**
 * The form for CPU adapters with subgroups of a fixed size, where a load costs each lane as much as dozens of
 * multiply-adds, and barriers and workgroup memory more still.
 */
export const subgroupQuads: ContractVariant = {
  name: 'subgroup-quads',
  supports: (_sizes, { subgroupSize }) => subgroupSize >= 4 && subgroupSize <= 32,
  suits: ({ software }) => software,
  candidates,
};
