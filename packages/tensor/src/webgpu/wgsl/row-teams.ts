import type { Shape } from '../../ir/shape';
import type { Work } from '../../lower/work';
import type { AdapterProfile } from '../device/types';
import { entryParameters, range, workgroupId } from './kernels/kernel';
import { rowsOf } from './rows';
import type { Operand, Stage } from './variant';

/** Invocations that share a row, and how they add up what each has of it. */
export interface Team {
  readonly name: string;
  readonly directives?: string;
  /** The builtin that is a lane's place in its team. */
  readonly lane: string;
  /** Invocations for rows of `width`; 0 where the adapter has no such teams. */
  lanes(profile: AdapterProfile, width: number): number;
  /** True where this is the team to take, among those that can do it. */
  suits(profile: AdapterProfile): boolean;
  /** Declarations of the module. */
  declarations(lanes: number): string;
  /** The WGSL of the sum and the maximum of an f32 over the team, in uniform control flow. */
  sum(value: string): string;
  max(value: string): string;
}

/** Needs subgroups of one size. */
export const subgroupTeam: Team = {
  name: 'subgroup-rows',
  directives: 'enable subgroups;',
  lane: 'subgroup_invocation_id',
  lanes: ({ subgroupSize }) => subgroupSize,
  suits: () => true,
  declarations: () => '',
  sum: (value) => `subgroupAdd(${value})`,
  max: (value) => `subgroupMax(${value})`,
};

const tree = (name: string, lanes: number, combined: string): string => `
fn ${name}(lane: u32, value: f32) -> f32 {
  workgroupBarrier();
  team[lane] = value;
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half /= 2u) {
    if (lane < half) { team[lane] = ${combined}; }
    workgroupBarrier();
  }
  return team[0];
}`;

/** The form for GPUs whose subgroups have no fixed size: sums in a tree through workgroup memory. */
export const workgroupTeam: Team = {
  name: 'workgroup-rows',
  lane: 'local_invocation_index',
  lanes({ limits }, width) {
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(8, width / 4)));
    return Math.min(wanted, 256, limits.maxComputeInvocationsPerWorkgroup);
  },
  suits: ({ software }) => !software,
  declarations: (lanes) => `var<workgroup> team: array<f32, ${lanes}>;
${tree('team_sum', lanes, 'team[lane] + team[lane + half]')}
${tree('team_max', lanes, 'max(team[lane], team[lane + half])')}`,
  sum: (value) => `team_sum(lane, ${value})`,
  max: (value) => `team_max(lane, ${value})`,
};

/**
 * A team per row, which it holds in registers: every element is loaded once. Lane l takes quads l, l + lanes, … of the
 * row. Rows are dealt out in blocks, so that what depends on the column alone is loaded once for a block.
 */
export interface RowBlocks {
  readonly team: Team;
  readonly rows: number;
  readonly width: number;
  readonly lanes: number;
  /** Quads of each lane. */
  readonly quads: number;
  /** Rows of a workgroup. */
  readonly block: number;
  readonly workgroups: number;
}

/** Above this many quads in a lane the program is slow to compile, and its registers overflow. */
const MOST_QUADS = 16;
/** Workgroups that keep an adapter busy, where there are enough rows. */
const ENOUGH_WORKGROUPS = { software: 64, gpu: 1024 };

/** Wide enough that most lanes have something to do, and not too wide for registers. */
export const holdsRows =
  (team: Team) =>
  ({ profile, inputs }: { profile: AdapterProfile; inputs: readonly { shape: Shape }[] }): boolean => {
    const { width } = rowsOf(inputs);
    const lanes = team.lanes(profile, width);
    return lanes >= 4 && width % 4 === 0 && width / 4 >= lanes / 2 && width / 4 / lanes <= MOST_QUADS;
  };

export function blocksOf(
  team: Team,
  { profile, inputs }: { profile: AdapterProfile; inputs: readonly Operand[] },
): RowBlocks {
  const { rows, width } = rowsOf(inputs);
  const lanes = team.lanes(profile, width);
  const enough = profile.software ? ENOUGH_WORKGROUPS.software : ENOUGH_WORKGROUPS.gpu;
  const block = Math.ceil(rows / enough);
  return { team, rows, width, lanes, quads: Math.ceil(width / 4 / lanes), block, workgroups: Math.ceil(rows / block) };
}

const isPartial = ({ width, lanes }: RowBlocks, j: number): boolean => (j + 1) * lanes * 4 > width;
/** `value`, or zeros in lanes past the end of the row. */
export const masked = (b: RowBlocks, j: number, value: string): string =>
  isPartial(b, j) ? `select(vec4<f32>(), ${value}, in_${j})` : value;
/** The statement, for lanes within the row. */
export const guarded = (b: RowBlocks, j: number, statement: string): string =>
  isPartial(b, j) ? `if (in_${j}) { ${statement} }` : statement;

/** The column of each quad of a lane, and whether it lies within the row; past the end, the first. */
const columns = (b: RowBlocks): string =>
  range(b.quads)
    .map((j) => {
      const at = `(lane + ${j * b.lanes}u) * 4u`;
      const bounded = `  let in_${j} = ${at} < ${b.width}u;\n  let c_${j} = select(0u, ${at}, in_${j});`;
      return isPartial(b, j) ? bounded : `  let c_${j} = ${at};`;
    })
    .join('\n');

/** One statement for each quad j of a lane, at column c. */
export const each = (b: RowBlocks, statement: (j: number, c: string) => string): string =>
  range(b.quads)
    .map((j) => `    ${statement(j, `c_${j}`)}`)
    .join('\n');

/** Names the sum over the row of products of two vectors, or of one vector. */
export const rowSum = (b: RowBlocks, name: string, left: string, right?: string): string => {
  const parts = range(b.quads).map((j) => `dot(${left}_${j}, ${right ? `${right}_${j}` : 'vec4<f32>(1.0)'})`);
  return `    let ${name} = ${b.team.sum(parts.join(' + '))};`;
};

export interface RowProgram {
  readonly name: string;
  /** Statements before the rows, in each row (of index `row`, from element `base` on), and after them. */
  readonly before?: string;
  readonly row: string;
  readonly after?: string;
  readonly work: Work;
}

export function rowStage(b: RowBlocks, program: RowProgram): Stage {
  const { team, lanes, workgroups, block, rows, width } = b;
  return {
    name: `${program.name} ${rows}x${width} by ${team.name}`,
    ...(team.directives && { directives: team.directives }),
    body: `${team.declarations(lanes)}
@compute @workgroup_size(${lanes})
fn main(${entryParameters.replace('local_invocation_index', team.lane)}) {
  let id = ${workgroupId};
  if (id >= ${workgroups}u) { return; }
  let last = min((id + 1u) * ${block}u, ${rows}u);
${columns(b)}
${program.before ?? ''}
  for (var row = id * ${block}u; row < last; row++) {
    let base = row * ${width}u;
${program.row}
  }
${program.after ?? ''}
}`,
    workgroups,
    work: program.work,
  };
}
