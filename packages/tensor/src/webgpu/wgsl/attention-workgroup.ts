import { work } from '../../lower/work';
import type { AdapterProfile } from '../device/types';
import {
  type HeadRows,
  LOWEST,
  type Pass,
  type PassForm,
  type PassShape,
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
import { entryParameters, range } from './kernels/kernel';
import type { Stage } from './variant';

const SIDES = [32, 16, 8];
const NUMBER_BYTES = 4;
const QUAD_BYTES = 16;

/** How the lanes share the products of a tile: each has `rows` × `columns` of them, `across` lanes to a line of the tile. */
interface Spread {
  readonly rows: number;
  readonly columns: number;
  readonly across: number;
}

const AREAS: Readonly<Record<number, readonly [lanes: number, rows: number, columns: number]>> = {
  1024: [128, 4, 2],
  512: [128, 2, 2],
  256: [64, 2, 2],
  128: [64, 2, 1],
  64: [64, 1, 1],
};

const spreadOf = (tile: Tile): Spread => {
  const [, rows, columns] = AREAS[tile.rows * tile.columns]!;
  return { rows, columns, across: tile.columns / columns };
};

/** Quads from one row of a tile to the next: odd, so that lanes in different rows meet different banks. */
const pitchOf = (width: number): number => (width / 4) | 1;

/**
 * A workgroup owns a block of rows. Its rows and those of the partners of a turn lie in workgroup memory; products,
 * coefficients and sums in registers, coefficients passed from the lanes that have them to the lanes that sum. For GPUs.
 */
export const workgroupForm: PassForm = {
  name: 'workgroup-tiles',
  accumulates: false,
  tile(profile, shape, online) {
    const upTo = (size: number): number => Math.max(8, 2 ** Math.ceil(Math.log2(size)));
    const tiles = SIDES.flatMap((rows) =>
      SIDES.map((columns): Tile => ({ rows, columns, lanes: AREAS[rows * columns]![0] })),
    );
    return tiles
      .filter(({ rows, columns }) => rows <= upTo(shape.own) && columns <= upTo(shape.partners))
      .sort((a, b) => b.rows * b.columns - a.rows * a.columns)
      .find((tile) => fits(profile, shape, tile, online));
  },
  stage(pass, tile): Stage {
    return {
      name: stageName(pass, tile),
      body: new PassText(pass, tile).body(),
      workgroups: workgroupsOf(pass, tile),
      work: workOf(pass, tile),
    };
  },
};

function fits({ limits }: AdapterProfile, shape: PassShape, tile: Tile, online: boolean): boolean {
  const { rows, columns } = tile;
  const own = shape.products.reduce((n, width) => n + rows * pitchOf(width), 0);
  // With two products, the rows that are summed are those that are multiplied.
  const partners = [...shape.products, ...(shape.products.length === 1 ? shape.sums : [])];
  const others = partners.reduce((n, width) => n + columns * pitchOf(width), 0);
  const softmax = online ? rows * (spreadOf(tile).across + 2) : 0;
  const numbers = (online ? 1 : shape.sums.length) * rows * (columns + 1) + softmax;
  const bytes = QUAD_BYTES * (own + others) + NUMBER_BYTES * numbers;
  return tile.lanes <= limits.maxComputeInvocationsPerWorkgroup && bytes <= limits.maxComputeWorkgroupStorageSize;
}

/** How the lanes share a sum: one quad across, rows in steps of `step`. */
const shareOf = (tile: Tile, width: number) => {
  const across = width / 4;
  const step = Math.min(tile.rows, Math.floor(tile.lanes / across));
  return { across, step, rows: Math.ceil(tile.rows / step) };
};

class PassText {
  private readonly spread: Spread;
  private readonly partners: HeadRows[];

  constructor(
    private readonly pass: Pass,
    private readonly tile: Tile,
  ) {
    this.spread = spreadOf(tile);
    const { products, sums } = pass.operands;
    const all = [...products.map((p) => p.partner), ...sums.map((s) => s.partner)];
    this.partners = [...new Map(all.map((rows) => [rows.name, rows])).values()];
  }

  body(): string {
    const { pass, tile } = this;
    const { products, sums } = pass.operands;
    return [
      ...this.declarations(),
      `@compute @workgroup_size(${tile.lanes})`,
      `fn main(${entryParameters}) {`,
      ...passHead(pass, tile),
      ...products.flatMap(({ own }) => this.fill(`own_${own.name}`, own, 'first', tile.rows, pass.own)),
      `let line = lane / ${this.spread.across}u * ${this.spread.rows}u;`,
      `let column = lane % ${this.spread.across}u;`,
      ...this.ownSaved(),
      ...sums.flatMap((sum) => this.startSum(sum)),
      ...(pass.saved ? [] : [`if (lane < ${tile.rows}u) { tops[lane] = ${LOWEST}; }`]),
      `for (var k = start; k < end; k += ${tile.columns}u) {`,
      ...this.partners.flatMap((p) => this.fill(`other_${p.name}`, p, 'k', tile.columns, pass.partners)),
      'workgroupBarrier();',
      ...this.products('logit', products[0]!),
      ...(pass.saved ? this.weights() : this.softmax()),
      ...(products[1] ? [...this.products('d', products[1]), ...this.slopes()] : []),
      'workgroupBarrier();',
      ...sums.flatMap((sum) => this.accumulate(sum)),
      'workgroupBarrier();',
      '}',
      ...sums.flatMap((sum) => this.end(sum)),
      '}',
    ].join('\n');
  }

  private declarations(): string[] {
    const { rows, columns } = this.tile;
    const { operands, saved } = this.pass;
    const array = (name: string, type: string, count: number): string =>
      `var<workgroup> ${name}: array<${type}, ${count}>;`;
    return [
      ...operands.products.map(({ own }) => array(`own_${own.name}`, 'vec4<f32>', rows * pitchOf(own.width))),
      ...this.partners.map(({ name, width }) => array(`other_${name}`, 'vec4<f32>', columns * pitchOf(width))),
      ...this.coefficients().map((name) => array(`${name}s`, 'f32', rows * (columns + 1))),
      ...(saved
        ? []
        : [
            array('highest', 'f32', rows * this.spread.across),
            array('tops', 'f32', rows),
            array('moves', 'f32', rows),
          ]),
    ];
  }

  private coefficients(): Sum['coefficient'][] {
    return [...new Set(this.pass.operands.sums.map(({ coefficient }) => coefficient))];
  }

  /** Copies rows into workgroup memory; past the last, that one again. */
  private fill(into: string, { operand, rows, width }: HeadRows, from: string, count: number, size: number): string[] {
    const across = width / 4;
    const row = `min(${from} + t / ${across}u, ${size - 1}u)`;
    const at = `${rowStart(this.pass.heads, { rows, width }, row)} + t % ${across}u * 4u`;
    return [
      `for (var t = lane; t < ${count * across}u; t += ${this.tile.lanes}u) {`,
      `${into}[t / ${across}u * ${pitchOf(width)}u + t % ${across}u] = ${operand.quad(at)};`,
      '}',
    ];
  }

  private ownSaved(): string[] {
    const { own, saved } = this.pass;
    if (saved?.of !== 'own') return [];
    return range(this.spread.rows).flatMap((r) => {
      const at = `matrix * ${own}u + min(first + line + ${r}u, ${own - 1}u)`;
      return savedOf(this.pass).map(([name, values]) => `let ${name}_${r} = ${values.load(at)};`);
    });
  }

  private products(name: string, { own, partner }: Product): string[] {
    const { rows, columns, across } = this.spread;
    const pitch = pitchOf(own.width);
    const quads = own.width / 4;
    const turn = quads % 4 === 0 ? 4 : quads % 2 === 0 ? 2 : 1;
    return [
      ...this.each((r, c) => `var ${name}_${r}_${c} = 0.0;`),
      `for (var d = zero; d < ${quads}u; d += ${turn}u) {`,
      ...range(turn).flatMap((i) => [
        '{',
        ...range(rows).map((r) => `let x_${r} = own_${own.name}[(line + ${r}u) * ${pitch}u + d + ${i}u];`),
        ...range(columns).map(
          (c) => `let y_${c} = other_${partner.name}[(column + ${c * across}u) * ${pitch}u + d + ${i}u];`,
        ),
        ...this.each((r, c) => `${name}_${r}_${c} += dot(x_${r}, y_${c});`),
        '}',
      ]),
      '}',
    ];
  }

  private softmax(): string[] {
    const { rows, columns, across } = this.spread;
    const { scale } = this.pass;
    const highest = (r: number): string =>
      range(columns)
        .map((c) => `z_${r}_${c}`)
        .reduce((a, b) => `max(${a}, ${b})`);
    return [
      ...this.each((r, c) => `let z_${r}_${c} = ${this.bounded(c, `logit_${r}_${c} * ${scale}`, LOWEST)};`),
      ...range(rows).map((r) => `highest[(line + ${r}u) * ${across}u + column] = ${highest(r)};`),
      'workgroupBarrier();',
      `if (lane < ${this.tile.rows}u) {`,
      'var top = tops[lane];',
      `for (var t = zero; t < ${across}u; t++) { top = max(top, highest[lane * ${across}u + t]); }`,
      'moves[lane] = exp(tops[lane] - top);',
      'tops[lane] = top;',
      '}',
      'workgroupBarrier();',
      ...range(rows).map((r) => `let top_${r} = tops[line + ${r}u];`),
      ...this.each((r, c) => `let weight_${r}_${c} = exp(z_${r}_${c} - top_${r});`),
      ...this.passOn('weight'),
    ];
  }

  private weights(): string[] {
    const { partners, scale, saved } = this.pass;
    const loads =
      saved!.of === 'own'
        ? []
        : range(this.spread.columns).flatMap((c) => {
            const at = `matrix * ${partners}u + min(k + ${this.column(c)}, ${partners - 1}u)`;
            return savedOf(this.pass).map(([name, values]) => `let ${name}_${c} = ${values.load(at)};`);
          });
    return [
      ...loads,
      ...this.each((r, c) => {
        const weight = `exp(logit_${r}_${c} * ${scale} - ${this.saved('logsum', r, c)})`;
        return `let weight_${r}_${c} = ${this.bounded(c, weight, '0.0')};`;
      }),
      ...this.passOn('weight'),
    ];
  }

  private slopes(): string[] {
    const { scale } = this.pass;
    return [
      ...this.each(
        (r, c) => `let slope_${r}_${c} = weight_${r}_${c} * (d_${r}_${c} - ${this.saved('along', r, c)}) * ${scale};`,
      ),
      ...this.passOn('slope'),
    ];
  }

  private saved(name: 'logsum' | 'along', r: number, c: number): string {
    return `${name}_${this.pass.saved!.of === 'own' ? r : c}`;
  }

  /** To the lanes that sum with these coefficients, if there are any. */
  private passOn(name: Sum['coefficient']): string[] {
    if (!this.coefficients().includes(name)) return [];
    return this.each((r, c) => `${this.coefficientAt(name, r, c)} = ${name}_${r}_${c};`);
  }

  private startSum(sum: Sum): string[] {
    const { across, step, rows } = shareOf(this.tile, sum.partner.width);
    const name = sumName(sum);
    return [
      `let ${name}_quad = lane % ${across}u;`,
      `let ${name}_line = lane / ${across}u;`,
      ...range(rows).flatMap((n) => [
        `let ${name}_row_${n} = min(${name}_line + ${n * step}u, ${this.tile.rows - 1}u);`,
        `var ${name}_${n} = vec4<f32>();`,
        ...(this.pass.saved ? [] : [`var total_${n} = 0.0;`]),
      ]),
    ];
  }

  private accumulate(sum: Sum): string[] {
    const { coefficient, partner } = sum;
    const { rows } = shareOf(this.tile, partner.width);
    const name = sumName(sum);
    const online = !this.pass.saved;
    const turn = 4;
    return [
      ...(online
        ? range(rows).flatMap((n) => [
            `let move_${n} = moves[${name}_row_${n}];`,
            `${name}_${n} *= move_${n};`,
            `total_${n} *= move_${n};`,
          ])
        : []),
      `for (var j = zero; j < ${this.tile.columns}u; j += ${turn}u) {`,
      ...range(turn).flatMap((i) => [
        '{',
        `let y = other_${partner.name}[(j + ${i}u) * ${pitchOf(partner.width)}u + ${name}_quad];`,
        ...range(rows).flatMap((n) => [
          `let x_${n} = ${coefficient}s[${name}_row_${n} * ${this.tile.columns + 1}u + j + ${i}u];`,
          `${name}_${n} = fma(vec4<f32>(x_${n}), y, ${name}_${n});`,
          ...(online ? [`total_${n} += x_${n};`] : []),
        ]),
        '}',
      ]),
      '}',
    ];
  }

  private end(sum: Sum): string[] {
    const { own, heads, finish } = this.pass;
    const { across, step, rows } = shareOf(this.tile, sum.partner.width);
    const name = sumName(sum);
    return range(rows).flatMap((n) => {
      const line = `${name}_line + ${n * step}u`;
      const last = Math.min(this.tile.rows, (n + 1) * step);
      const at = `${rowStart(heads, { rows: own, width: sum.partner.width }, `first + ${line}`)} + ${name}_quad * 4u`;
      const value = finish?.normalize ? `${name}_${n} / total_${n}` : `${name}_${n}`;
      const row = `matrix * ${own}u + first + ${line}`;
      return [
        `if (${line} < ${last}u && first + ${line} < ${own}u) {`,
        sum.target.store(at, value),
        ...(finish && finish.stores > 0
          ? [`if (lane % ${across}u == 0u) { ${finish.store(row, `tops[${name}_row_${n}]`, `total_${n}`)} }`]
          : []),
        '}',
      ];
    });
  }

  private each(statement: (r: number, c: number) => string): string[] {
    return range(this.spread.rows).flatMap((r) => range(this.spread.columns).map((c) => statement(r, c)));
  }

  private column(c: number): string {
    return `column + ${c * this.spread.across}u`;
  }

  private coefficientAt(name: string, r: number, c: number): string {
    return `${name}s[(line + ${r}u) * ${this.tile.columns + 1}u + ${this.column(c)}]`;
  }

  /** `value` for a partner that there is. */
  private bounded(c: number, value: string, otherwise: string): string {
    const { partners } = this.pass;
    return partners % this.tile.columns === 0
      ? value
      : `select(${otherwise}, ${value}, k + ${this.column(c)} < ${partners}u)`;
  }
}

const sumName = ({ coefficient, partner }: Sum): string => `${coefficient}_${partner.name}`;

function workOf(pass: Pass, tile: Tile) {
  const { matrices, own, partners, saved, finish, split, operands } = pass;
  const { rows, columns, across } = spreadOf(tile);
  const groups = matrices * Math.ceil(own / tile.rows);
  const turns = Math.ceil(partners / tile.columns);
  const written = pass.sums.reduce((sum, width) => sum + width, 0);
  const others = new Map(
    [...operands.products, ...operands.sums].map(({ partner }) => [
      partner.name,
      partner.width * partner.operand.loads,
    ]),
  );
  const perTurn =
    tile.columns * [...others.values()].reduce((a, b) => a + b, 0) +
    (saved?.of === 'partner' ? tile.lanes * columns * savedLoads(pass) : 0);
  const once =
    tile.rows * operands.products.reduce((n, { own: { width, operand } }) => n + width * operand.loads, 0) +
    (saved?.of === 'own' ? tile.lanes * rows * savedLoads(pass) : 0);
  // Every lane that sums keeps the row's total too.
  const summing = pass.sums.reduce((n, w) => n + shareOf(tile, w).rows, 0) * tile.lanes;
  const online = saved ? 0 : summing * (tile.columns + 5) + tile.rows * (across + 2);
  return work({
    flops: groups * turns * (turnFlops(pass, tile) + online) + (finish?.normalize ? matrices * own * written : 0),
    loads: groups * (turns * perTurn + split.parts * once),
    stores: matrices * own * split.parts * (written + (finish?.stores ?? 0)),
  });
}
