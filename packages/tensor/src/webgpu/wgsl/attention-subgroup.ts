import { work } from '../../lower/work';
import {
  LOWEST,
  type Pass,
  type PassForm,
  type Product,
  passHead,
  rowStart,
  type Sum,
  savedLoads,
  savedOf,
  stageName,
  type Tile,
  turnFlops,
  workgroupsOf,
} from './attention-pass';
import { range } from './kernels/kernel';
import type { Stage } from './variant';

/** Rows of partners that a lane loads in a turn. */
const GROUPS = 2;
const MOST_ROWS = 4;
const letters = 'xyzw';

/**
 * A subgroup owns rows, some for each lane. Partners are loaded once for the subgroup, a row by each lane, and broadcast.
 * Sums live in their target between turns, since they are too many for registers. For software adapters, where a barrier
 * or workgroup memory costs more than all of this.
 */
export const subgroupForm: PassForm = {
  name: 'subgroup-tiles',
  accumulates: true,
  tile({ subgroupSize: lanes }, { own }) {
    // A wider subgroup's broadcasts, unrolled, would make an endless program.
    if (lanes < 4 || lanes > 16) return undefined;
    const rows = Math.min(MOST_ROWS, 2 ** Math.floor(Math.log2(Math.max(1, own / lanes))));
    return { lanes, rows: rows * lanes, columns: GROUPS * lanes };
  },
  stage(pass, tile): Stage {
    const text = new PassText(pass, tile);
    return {
      name: stageName(pass, tile),
      directives: 'enable subgroups;',
      body: text.body(),
      workgroups: workgroupsOf(pass, tile),
      work: workOf(pass, tile),
    };
  },
};

class PassText {
  private readonly rows: number[];
  private readonly columns: number[];

  constructor(
    private readonly pass: Pass,
    private readonly tile: Tile,
  ) {
    this.rows = range(tile.rows / tile.lanes);
    this.columns = range(tile.columns);
  }

  body(): string {
    const { pass, tile } = this;
    return [
      `@compute @workgroup_size(${tile.lanes})`,
      'fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {',
      ...passHead(pass, tile),
      ...this.rows.flatMap((r) => this.ownRow(r)),
      `for (var k = start; k < end; k += ${tile.columns}u) {`,
      ...range(GROUPS).map((g) => `let other_${g} = min(k + ${g * tile.lanes}u + lane, ${pass.partners - 1}u);`),
      ...this.partnerSaved(),
      ...this.products('logit', pass.operands.products[0]!),
      ...(pass.saved ? this.weights() : this.softmax()),
      ...this.sums('weight'),
      // Products come when their sums do: fewer of them are alive at one time.
      ...(pass.operands.products[1] ? [...this.products('d', pass.operands.products[1]), ...this.slopes()] : []),
      ...this.sums('slope'),
      '}',
      ...this.end(),
      '}',
    ].join('\n');
  }

  private ownRow(r: number): string[] {
    const { own, saved } = this.pass;
    const at = `matrix * ${own}u + at_${r}`;
    return [
      `let row_${r} = first + ${r * this.tile.lanes}u + lane;`,
      `let at_${r} = min(row_${r}, ${own - 1}u);`,
      ...(saved ? [] : [`var top_${r} = ${LOWEST};`, `var total_${r} = 0.0;`]),
      ...(saved?.of === 'own'
        ? savedOf(this.pass).map(([name, values]) => `let ${name}_${r} = ${values.load(at)};`)
        : []),
    ];
  }

  /** Names the inner products of own rows r and partners j: `name_r_j`. */
  private products(name: string, { own, partner }: Product): string[] {
    const { heads } = this.pass;
    return [
      ...this.each((r, j) => `var ${name}_${r}_${j} = 0.0;`),
      ...this.rows.map((r) => `let ${name}x_${r} = ${rowStart(heads, own, `at_${r}`)};`),
      ...range(GROUPS).map((g) => `let ${name}y_${g} = ${rowStart(heads, partner, `other_${g}`)};`),
      `for (var c = zero; c < ${own.width}u; c += 4u) {`,
      ...this.rows.map((r) => `let x_${r} = ${own.operand.quad(`${name}x_${r} + c`)};`),
      ...range(GROUPS).map((g) => `let y_${g} = ${partner.operand.quad(`${name}y_${g} + c`)};`),
      ...this.columns.flatMap((j) => [
        `let b_${j} = ${this.broadcast('y', j)};`,
        ...this.rows.flatMap((r) =>
          [...letters].map((l) => `${name}_${r}_${j} = fma(x_${r}.${l}, b_${j}.${l}, ${name}_${r}_${j});`),
        ),
      ]),
      '}',
    ];
  }

  /** Names the weights `weight_r_j`, shifted by the running maximum, and how far that has moved: `moved_r`. */
  private softmax(): string[] {
    const { scale } = this.pass;
    return this.rows.flatMap((r) => [
      ...this.columns.map((j) => `let z_${r}_${j} = ${this.bounded(j, `logit_${r}_${j} * ${scale}`, LOWEST)};`),
      `let new_${r} = ${this.columns.map((j) => `z_${r}_${j}`).reduce((a, b) => `max(${a}, ${b})`, `top_${r}`)};`,
      `let moved_${r} = exp(top_${r} - new_${r});`,
      `top_${r} = new_${r};`,
      ...this.columns.map((j) => `let weight_${r}_${j} = exp(z_${r}_${j} - new_${r});`),
      `total_${r} = total_${r} * moved_${r} + ${this.columns.map((j) => `weight_${r}_${j}`).join(' + ')};`,
    ]);
  }

  /** Loads what is saved of partners, as they are: of one in each lane. */
  private partnerSaved(): string[] {
    const { partners, saved } = this.pass;
    if (saved?.of !== 'partner') return [];
    return savedOf(this.pass).flatMap(([name, values]) =>
      range(GROUPS).map((g) => `let ${name}_${g} = ${values.load(`matrix * ${partners}u + other_${g}`)};`),
    );
  }

  /** Names what is saved of partner j: `name_of_j`. */
  private ofPartners(name: 'logsum' | 'along'): string[] {
    if (this.pass.saved!.of === 'own') return [];
    return this.columns.map((j) => `let ${name}_of_${j} = ${this.broadcast(name, j)};`);
  }

  private saved(name: 'logsum' | 'along', r: number, j: number): string {
    return this.pass.saved!.of === 'own' ? `${name}_${r}` : `${name}_of_${j}`;
  }

  private weights(): string[] {
    const { scale } = this.pass;
    return [
      ...this.ofPartners('logsum'),
      ...this.each((r, j) => {
        const weight = `exp(logit_${r}_${j} * ${scale} - ${this.saved('logsum', r, j)})`;
        return `let weight_${r}_${j} = ${this.bounded(j, weight, '0.0')};`;
      }),
    ];
  }

  /** Names the gradients at the products of rows, `slope_r_j`. */
  private slopes(): string[] {
    const { scale } = this.pass;
    return [
      ...this.ofPartners('along'),
      ...this.each(
        (r, j) => `let slope_${r}_${j} = weight_${r}_${j} * (d_${r}_${j} - ${this.saved('along', r, j)}) * ${scale};`,
      ),
    ];
  }

  private sums(coefficient: Sum['coefficient']): string[] {
    return this.pass.operands.sums.flatMap((sum) => (sum.coefficient === coefficient ? this.accumulate(sum) : []));
  }

  private accumulate({ coefficient, partner, target }: Sum): string[] {
    const { heads, own, saved } = this.pass;
    const rows = { rows: own, width: partner.width };
    const name = `${coefficient}_${partner.name}`;
    return [
      ...this.rows.map((r) => `let ${name}x_${r} = ${rowStart(heads, rows, `at_${r}`)};`),
      ...range(GROUPS).map((g) => `let ${name}y_${g} = ${rowStart(heads, partner, `other_${g}`)};`),
      `for (var c = zero; c < ${partner.width}u; c += 4u) {`,
      ...range(GROUPS).map((g) => `let y_${g} = ${partner.operand.quad(`${name}y_${g} + c`)};`),
      ...this.rows.map((r) => {
        const before = `${target.quad(`${name}x_${r} + c`)}${saved ? '' : ` * moved_${r}`}`;
        return `var sum_${r} = select(vec4<f32>(), ${before}, k > start);`;
      }),
      ...this.columns.flatMap((j) => [
        `let b_${j} = ${this.broadcast('y', j)};`,
        ...this.rows.map((r) => `sum_${r} = fma(vec4<f32>(${coefficient}_${r}_${j}), b_${j}, sum_${r});`),
      ]),
      ...this.rows.map((r) => this.inside(r, target.store(`${name}x_${r} + c`, `sum_${r}`))),
      '}',
    ];
  }

  private end(): string[] {
    const { finish, own, heads, operands } = this.pass;
    if (!finish) return [];
    const [{ target, partner }] = operands.sums as [Sum];
    const rows = { rows: own, width: partner.width };
    return [
      ...this.rows.map((r) => this.inside(r, finish.store(`matrix * ${own}u + row_${r}`, `top_${r}`, `total_${r}`))),
      ...(finish.normalize
        ? this.rows.flatMap((r) => [
            `let end_${r} = ${rowStart(heads, rows, `at_${r}`)};`,
            `for (var c = zero; c < ${partner.width}u; c += 4u) {`,
            this.inside(r, target.store(`end_${r} + c`, `${target.quad(`end_${r} + c`)} / total_${r}`)),
            '}',
          ])
        : []),
    ];
  }

  private each(statement: (r: number, j: number) => string): string[] {
    return this.rows.flatMap((r) => this.columns.map((j) => statement(r, j)));
  }

  private broadcast(name: string, j: number): string {
    const { lanes } = this.tile;
    return `subgroupBroadcast(${name}_${Math.floor(j / lanes)}, ${j % lanes}u)`;
  }

  /** `value` for a partner that there is. */
  private bounded(j: number, value: string, otherwise: string): string {
    const { partners } = this.pass;
    return partners % this.tile.columns === 0 ? value : `select(${otherwise}, ${value}, k + ${j}u < ${partners}u)`;
  }

  private inside(r: number, statement: string): string {
    const { own } = this.pass;
    return own % this.tile.rows === 0 ? statement : `if (row_${r} < ${own}u) { ${statement} }`;
  }
}

function workOf(pass: Pass, tile: Tile) {
  const { matrices, own, partners, saved, finish, split, operands } = pass;
  const { lanes } = tile;
  const rows = tile.rows / lanes;
  const groups = matrices * Math.ceil(own / tile.rows);
  const turns = Math.ceil(partners / tile.columns);
  const written = pass.sums.reduce((sum, width) => sum + width, 0);
  const perTurn =
    operands.products.reduce(
      (n, p) => n + p.own.width * (rows * p.own.operand.loads + GROUPS * p.partner.operand.loads),
      0,
    ) +
    operands.sums.reduce((n, { partner }) => n + partner.width * (rows + GROUPS * partner.operand.loads), 0) +
    (saved?.of === 'partner' ? GROUPS * savedLoads(pass) : 0);
  const once = saved?.of === 'own' ? rows * savedLoads(pass) : 0;
  const normalized = finish?.normalize ? matrices * own * written : 0;
  const moved = saved ? 0 : tile.rows * (tile.columns + written + 4);
  return work({
    flops: groups * turns * (turnFlops(pass, tile) + moved) + normalized,
    loads: groups * lanes * (turns * perTurn + split.parts * once) + normalized,
    stores: matrices * own * (turns * written + split.parts * (finish?.stores ?? 0)) + normalized,
  });
}
