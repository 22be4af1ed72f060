import { type Body, f32x4, i32, type ModuleBuilder, minU, v128 } from '../assembler';
import { writeIndex } from '../index-value';
import {
  type Form,
  type FormFunction,
  type FormKernel,
  type FormMemory,
  type FormOperand,
  grainOf,
  grainOfProducts,
  type Int,
  reads,
  scratch,
  takeOwnScratch,
  threadScratch,
  type Vector,
  writes,
} from './form';
import { type ContractOperand, directLayout, type PanelLayout, panelLayout } from './operand';
import { packedSize, packKernel } from './pack';
import { COLUMNS, eitherLength, MOST_ROWS, ROWS, storeLanes, tileLengths, tileSums } from './tile';

/** Where four neighbours of a result are: whole numbers, the column that of the first. */
export interface ResultPlace {
  readonly batch: Int;
  readonly row: Int;
  readonly column: Int;
}

/** A batched product C[batch, m, n] = Σ_k A[batch, m, k]·B[batch, k, n] of views, and what becomes of its sums. */
export interface Contraction {
  readonly a: ContractOperand & { readonly memory: FormMemory };
  readonly b: ContractOperand & { readonly memory: FormMemory };
  /** Whether the runtime multiplies and adds in one instruction. */
  readonly relaxed: boolean;
  /** Operations of `store` on a sum, by default none. */
  readonly operations?: number;
  /** What `store` reads and writes. */
  readonly operands: readonly FormOperand[];
  /**
   * Writes what becomes of finished sums, such as bias, activation and store.
   * @param lanes how many of the four are of the result: 4, or fewer at its right edge
   * @param addresses of the operands
   */
  store(b: Body, place: ResultPlace, sums: Vector, lanes: number, addresses: readonly Int[]): void;
}

/** Floats of B that stay in the cache of a core while rows pass: 256 KiB. */
const BLOCK = 65536;
/** Additions of a few microseconds. */
const ENOUGH_SUMS = 4096;
/** Rows that make it worth while to pack B. */
const PACK_ROWS = 16;
/** Long sums of few results are cut into parts, of this many steps at least, until there are this many items. */
const PART = 512;
const ENOUGH_ITEMS = 16;

/** How a side of the product is read: where it lies, or from panels. */
interface Side {
  readonly memory: FormMemory;
  readonly packing?: FormKernel;
  readonly layout: Pick<PanelLayout, 'depthStride'> & { readonly rowStride: number };
  /** Address of a panel's first element. */
  address(base: Int, batch: Int, panel: Int): Int;
}

function side(operand: Contraction['a'], width: number, direct: boolean): Side {
  const found = direct ? directLayout(operand, width) : undefined;
  const one = i32.const(0);
  if (found) {
    const address = (base: Int, batch: Int, panel: Int): Int =>
      i32.add(base, i32.shl(writeIndex(found.place.index, { batch, panel, outer: one }), 2));
    return { memory: operand.memory, layout: found, address };
  }
  const packed = scratch(packedSize(operand, width));
  const panels = Math.ceil(operand.rows / width);
  return {
    memory: packed,
    packing: packKernel(operand, width, operand.memory, packed),
    layout: { rowStride: 1, depthStride: width },
    address: (base, batch, panel) =>
      i32.add(base, i32.mul(i32.add(i32.mul(batch, panels), panel), 4 * width * operand.depth)),
  };
}

/**
 * Rows of a tile: fewer where more make no fewer tiles, and where only fewer of A lie at a stride, such as those of an image
 * whose width is a multiple of four.
 */
function heightOf({ a, relaxed }: Contraction): number {
  if (!relaxed || Math.ceil(a.rows / MOST_ROWS) === Math.ceil(a.rows / ROWS)) return ROWS;
  const isStrided = (rows: number): boolean => panelLayout(a, rows).rowStride !== undefined;
  return isStrided(ROWS) && !isStrided(MOST_ROWS) ? ROWS : MOST_ROWS;
}

/** A is read where it lies if the steps of a row are neighbours, B if few rows pass and its columns are. */
function sides({ a, b }: Contraction, height: number): { readonly left: Side; readonly right: Side } {
  const rows = directLayout(a, height);
  const columns = directLayout(b, COLUMNS);
  return {
    left: side(a, height, rows?.depthStride === 1),
    right: side(b, COLUMNS, a.rows < PACK_ROWS && columns?.rowStride === 1),
  };
}

/**
 * The kernels of a contraction: those that pack, one that multiplies, and where few results are long sums one that adds up
 * their parts. A tile of sums is kept in registers; each element's sum goes from k = 0 up in a part, and parts are
 * added in order, so results depend neither on the number of threads nor on how items are cut.
 */
export function contractForm(contraction: Contraction): Form {
  const { a, b: right } = contraction;
  const { batch, depth: k } = a;
  if (right.batch !== batch || right.depth !== k) {
    throw new RangeError(
      `contract: B has ${right.batch} batches and sums of ${right.depth}, expected ${batch} and ${k} as A`,
    );
  }
  return { kernels: new Product(contraction).kernels() };
}

class Product {
  private readonly sizes: { readonly batch: number; readonly m: number; readonly n: number; readonly k: number };
  /** Rows of a tile. */
  private readonly height: number;
  private readonly left: Side;
  private readonly right: Side;
  private readonly rowPanels: number;
  private readonly panels: number;
  private readonly blockPanels: number;
  private readonly blocks: number;
  private readonly parts: number;
  /** Steps of each part but the last, which may have fewer. */
  private readonly part: number;

  constructor(private readonly contraction: Contraction) {
    const { a, b } = contraction;
    const { batch, rows: m, depth: k } = a;
    const n = b.rows;
    this.sizes = { batch, m, n, k };
    this.height = heightOf(contraction);
    ({ left: this.left, right: this.right } = sides(contraction, this.height));
    this.rowPanels = Math.ceil(m / this.height);
    this.panels = Math.ceil(n / COLUMNS);
    this.blockPanels = Math.min(this.panels, Math.max(4, Math.floor(BLOCK / k / COLUMNS)));
    this.blocks = Math.ceil(this.panels / this.blockPanels);
    const tiles = batch * this.blocks * this.rowPanels;
    const wanted = Math.min(Math.ceil(ENOUGH_ITEMS / tiles), Math.floor(k / PART));
    this.part = wanted > 1 ? Math.ceil(k / wanted) : k;
    this.parts = Math.ceil(k / this.part);
  }

  kernels(): FormKernel[] {
    const { operands, store } = this.contraction;
    const { batch, m, n } = this.sizes;
    const packing = [this.left, this.right].flatMap((s) => s.packing ?? []);
    if (this.parts === 1) return [...packing, this.multiply(operands, store, this.contraction.operations)];
    const sums = scratch(this.parts * batch * m * n);
    const partial = this.multiply([writes(sums)], (b, place, value, lanes, [at]) => {
      const row = i32.add(i32.mul(place.batch, m), place.row);
      storeLanes(b, i32.add(at!, i32.shl(i32.add(i32.mul(row, n), place.column), 2)), value, lanes);
    });
    return [...packing, partial, this.combine(sums)];
  }

  /**
   * Sums of a row panel of a block are kept, in memory of their thread, and become what they are to become in a loop of their
   * own: what is read and computed behind a tile would take registers from it.
   *
   * @param store for a part, whose number is then part of the batch: part · batches + batch
   */
  private multiply(operands: readonly FormOperand[], store: Contraction['store'], operations = 0): FormKernel {
    const { parts, blocks, rowPanels, blockPanels, height, left, right } = this;
    const { batch, m, n, k } = this.sizes;
    const items = parts * batch * blocks * rowPanels;
    const work = height * Math.min(n, blockPanels * COLUMNS) * this.part;
    const within = parts > 1 ? ` in ${parts} parts` : '';
    const name = `contract ${batch}x${m}x${n}x${k}${within}`;
    const kept = threadScratch(height * COLUMNS * blockPanels);
    return {
      name,
      items,
      grain: grainOfProducts(work),
      operands: [reads(left.memory), reads(right.memory), ...operands, writes(kept)],
      work: {
        flops: batch * m * n * (2 * k + operations),
        loads: parts * batch * rowPanels * this.panels * (height + COLUMNS) * this.part,
        stores: parts * batch * m * n,
      },
      write: (module) => this.writeMultiply(module, name, kept, operands.length, store),
    };
  }

  private writeMultiply(
    module: ModuleBuilder,
    name: string,
    kept: { readonly floats: number },
    extra: number,
    store: Contraction['store'],
  ): FormFunction {
    const { rowPanels, panels, blocks, blockPanels, left, right, parts, part } = this;
    const { batch: batches, m, n, k } = this.sizes;
    const pitch = COLUMNS * blockPanels;
    const tiles = this.tileFunctions(module, name, pitch);
    const params = Array.from({ length: 6 + extra }, () => 'i32' as const);
    return module.function(name, params, (b, ...args) => {
      const [from, to, atA, atB, ...rest] = args as readonly Int[] as [Int, Int, Int, Int, ...Int[]];
      const own = b.let(takeOwnScratch(rest, kept));
      // Items: row panels within a block of columns, within a batch, within a part of the sums.
      b.for(from, to, 1, (item) => {
        const panel = b.let(i32.remU(item, rowPanels));
        const outer = b.let(i32.divU(item, rowPanels));
        const place = b.let(i32.divU(outer, blocks));
        const batch = parts === 1 ? place : b.let(i32.remU(place, batches));
        const step = parts === 1 ? i32.const(0) : b.let(i32.mul(i32.divU(place, batches), part));
        const depth = parts === 1 ? i32.const(k) : b.let(minU(i32.sub(k, step), i32.const(part)));
        const first = b.let(i32.mul(i32.remU(outer, blocks), blockPanels));
        const last = b.let(minU(i32.add(first, blockPanels), i32.const(panels)));
        const along = (s: Side, address: Int): Int => b.let(i32.add(address, i32.mul(step, 4 * s.layout.depthStride)));
        const pa = along(left, left.address(atA, batch, panel));
        eitherLength(b, i32.eq(panel, rowPanels - 1), tileLengths(m, this.height), (height) => {
          b.for(first, last, 1, (block) => {
            const pb = along(right, right.address(atB, batch, block));
            const sums = b.let(i32.add(own, i32.mul(i32.sub(block, first), 4 * COLUMNS)));
            eitherLength(b, i32.eq(block, panels - 1), tileLengths(n, COLUMNS), (width) =>
              b.call(tiles(height, width), pa, pb, depth, sums),
            );
          });
        });
        const row = b.let(i32.mul(panel, this.height));
        const column = b.let(i32.mul(first, COLUMNS));
        const rows = minU(i32.const(this.height), b.let(i32.sub(i32.const(m), row)));
        const end = b.let(minU(i32.mul(last, COLUMNS), i32.const(n)));
        b.for(0, rows, 1, (r) => {
          const line = b.let(i32.add(own, i32.mul(r, 4 * pitch)));
          const ownRow = b.let(i32.add(row, r));
          const four = (at: Int, lanes: number): void => {
            const sums = v128.load(i32.add(line, i32.shl(i32.sub(at, column), 2)));
            store(b, { batch: place, row: ownRow, column: at }, b.let(sums), lanes, rest);
          };
          const whole = n % 4 === 0 ? end : b.let(i32.and(end, -4));
          b.for(column, whole, 4, (at) => four(at, 4));
          if (n % 4 !== 0) b.if(i32.ltU(whole, end), () => four(whole, n % 4));
        });
      });
    });
  }

  /** (panel of A, panel of B, depth, address): a tile of sums, by its rows and columns. Functions that are called come first. */
  private tileFunctions(module: ModuleBuilder, name: string, pitch: number) {
    const { left, right, contraction } = this;
    const written = (rows: number, columns: number) => {
      const tile = {
        rows,
        columns,
        rowStride: left.layout.rowStride,
        depthStrideA: left.layout.depthStride,
        depthStrideB: right.layout.depthStride,
        relaxed: contraction.relaxed,
      };
      return module.function(
        `${name} ${rows}x${columns}`,
        ['i32', 'i32', 'i32', 'i32'],
        (b, pa, pb, depth, address) => {
          for (const [r, line] of tileSums(b, tile, pa, pb, depth).entries()) {
            for (const [c, sum] of line.entries()) b.store(address, sum, 4 * pitch * r + 16 * c);
          }
        },
      );
    };
    const heights = tileLengths(this.sizes.m, this.height);
    const widths = tileLengths(this.sizes.n, COLUMNS);
    const made = new Map(heights.map((rows) => [rows, new Map(widths.map((width) => [width, written(rows, width)]))]));
    return (rows: number, columns: number) => made.get(rows)!.get(columns)!;
  }

  /** Adds up parts in order, and does with the sums what the contraction does. */
  private combine(sums: FormMemory): FormKernel {
    const { contraction, parts } = this;
    const { batch, m, n } = this.sizes;
    const size = batch * m * n;
    const name = `contract ${batch}x${m}x${n} sum of ${parts} parts`;
    const params = Array.from({ length: 3 + contraction.operands.length }, () => 'i32' as const);
    return {
      name,
      items: batch * m,
      grain: grainOf(ENOUGH_SUMS, parts * n),
      operands: [reads(sums), ...contraction.operands],
      work: { flops: parts * size, loads: parts * size, stores: size },
      write: (module) =>
        module.function(name, params, (b, ...args) => {
          const [from, to, base, ...rest] = args as readonly Int[] as [Int, Int, Int, ...Int[]];
          b.for(from, to, 1, (item) => {
            const place = { batch: b.let(i32.divU(item, m)), row: b.let(i32.remU(item, m)) };
            const line = b.let(i32.add(base, i32.mul(item, 4 * n)));
            const columns = (column: Int, lanes: number): void => {
              const at = b.let(i32.add(line, i32.shl(column, 2)));
              const sum = b.variable(v128.load(at));
              for (let p = 1; p < parts; p++) b.set(sum, f32x4.add(sum, v128.load(at, 4 * p * size)));
              contraction.store(b, { ...place, column }, sum, lanes, rest);
            };
            b.for(0, n - (n % 4), 4, (column) => columns(column, 4));
            if (n % 4 !== 0) columns(i32.const(n - (n % 4)), n % 4);
          });
        }),
    };
  }
}
