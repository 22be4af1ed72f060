import {
  type Body,
  f32x4,
  i32,
  type ModuleBuilder,
  minU,
  type Value,
  type ValueType,
  type Variable,
  v128,
  type WasmFunction,
} from '../assembler';
import type { KernelCall } from '../threads/walk.js';
import { type PackedOperand, packedSize, packKernel, panelsOf } from './pack';

type Int = Value<'i32'>;

/** Where four neighbours of a result are: whole numbers, the column that of the first. */
export interface ResultPlace {
  readonly batch: Int;
  readonly row: Int;
  readonly column: Int;
}

/** A batched product C[batch, m, n] = Σ_k A[batch, m, k]·B[batch, k, n], whatever the strides. */
export interface Contraction {
  readonly name: string;
  readonly a: PackedOperand;
  readonly b: PackedOperand;
  /** Whether the runtime multiplies and adds in one instruction. */
  readonly relaxed: boolean;
  /** Rows of a tile, by default 4. */
  readonly rows?: number;
  /** Arguments that `store` asks for: addresses of the result, of a bias. */
  readonly storeParams: number;
  /**
   * Writes what becomes of finished sums, such as bias, activation and store.
   * @param lanes how many of the four are of the result: 4, or fewer at its right edge
   */
  store(b: Body, place: ResultPlace, sums: Value<'v128'>, lanes: number, args: readonly Int[]): void;
}

/** Columns of a tile: two vectors. */
const COLUMNS = 8;
/**
 * Rows of a tile. V8 puts all loads of a loop's body before its arithmetic: 6 loaded vectors and 8 sums fit into the 15
 * registers that it has, and 5 rows, or two steps of the loop written out, go through memory at half the speed.
 */
const ROWS = 4;
/** Floats of B that stay in the cache of a core while rows pass: 256 KiB. */
const BLOCK = 65536;
/** Multiply-adds of a chunk: some tens of microseconds. */
const CHUNK = 2 ** 21;

/** The kernels of a contraction, and how they are called. */
export interface ContractKernels {
  /** Floats of the two packed operands. */
  readonly packedA: number;
  readonly packedB: number;
  /** Addresses in bytes; `store` are the arguments of the caller's `store`. */
  calls(at: {
    readonly a: number;
    readonly b: number;
    readonly packedA: number;
    readonly packedB: number;
    readonly store: readonly number[];
  }): KernelCall[];
}

/**
 * Writes the kernels of a contraction into a module and exports them: two that pack, one that multiplies. A tile of 4 × 8 sums
 * is kept in registers; each element's sum goes from k = 0 up, so results depend neither on the number of threads nor on how items are cut.
 */
export function contractKernels(module: ModuleBuilder, contraction: Contraction): ContractKernels {
  const { name, a, b: right, rows = ROWS, storeParams } = contraction;
  const { batch, count: m, depth: k } = a;
  const n = right.count;
  if (right.batch !== batch || right.depth !== k) {
    throw new RangeError(
      `${name}: B has ${right.batch} batches and sums of ${right.depth}, expected ${batch} and ${k} as A`,
    );
  }
  const packA = packKernel(module, `${name} pack A`, a, rows);
  const packB = packKernel(module, `${name} pack B`, right, COLUMNS);
  const rowPanels = Math.ceil(m / rows);
  const panels = Math.ceil(n / COLUMNS);
  const blockPanels = Math.min(panels, Math.max(4, Math.floor(BLOCK / k / COLUMNS)));
  const blocks = Math.ceil(panels / blockPanels);

  const tiles = new Map<string, Tile>();
  const tile = (height: number, width: number): Tile => {
    const key = `${height}x${width}`;
    const known = tiles.get(key) ?? tileFunction(module, contraction, rows, height, width);
    tiles.set(key, known);
    return known;
  };
  const params = Array.from({ length: 4 + storeParams }, () => 'i32' as const);
  // Functions that are called come first.
  const heights = m % rows === 0 ? [rows] : m < rows ? [m] : [rows, m % rows];
  const widths = n % COLUMNS === 0 ? [COLUMNS] : n < COLUMNS ? [n] : [COLUMNS, n % COLUMNS];
  for (const height of heights) for (const width of widths) tile(height, width);

  const multiply = module.function(name, params, (b, ...args) => {
    const [from, to, packedA, packedB, ...store] = args as readonly Int[] as [Int, Int, Int, Int, ...Int[]];
    // Items: row panels within a block of columns, within a batch.
    b.for(from, to, 1, (item) => {
      const panel = b.let(i32.remU(item, rowPanels));
      const outer = b.let(i32.divU(item, rowPanels));
      const batchIndex = b.let(i32.divU(outer, blocks));
      const first = b.let(i32.mul(i32.remU(outer, blocks), blockPanels));
      const last = b.let(minU(i32.add(first, blockPanels), i32.const(panels)));
      const row = b.let(i32.mul(panel, rows));
      const pa = b.let(i32.add(packedA, i32.mul(i32.add(i32.mul(batchIndex, rowPanels), panel), 4 * rows * k)));
      const base = b.let(i32.add(packedB, i32.mul(i32.mul(batchIndex, panels), 4 * COLUMNS * k)));
      const columns = (height: number): void =>
        b.for(first, last, 1, (column) => {
          const pb = i32.add(base, i32.mul(column, 4 * COLUMNS * k));
          const call = (width: number): void =>
            b.call(tile(height, width), pa, pb, batchIndex, row, i32.mul(column, COLUMNS), ...store);
          either(b, i32.eq(column, panels - 1), widths, call);
        });
      either(b, i32.eq(panel, rowPanels - 1), heights, columns);
    });
  });
  for (const kernel of [packA, packB, multiply]) module.export(kernel);

  const items = batch * blocks * rowPanels;
  return {
    packedA: packedSize(a, rows),
    packedB: packedSize(right, COLUMNS),
    calls(at) {
      const packing = (kernel: string, operand: PackedOperand, width: number, args: readonly number[]): KernelCall => ({
        name: kernel,
        items: panelsOf(operand, width),
        chunk: Math.max(1, Math.floor(CHUNK / 32 / (width * k))),
        args,
      });
      const work = rows * blockPanels * COLUMNS * k;
      return [
        packing(packA.name, a, rows, [at.a, at.packedA]),
        packing(packB.name, right, COLUMNS, [at.b, at.packedB]),
        { name, items, chunk: Math.max(1, Math.round(CHUNK / work)), args: [at.packedA, at.packedB, ...at.store] },
      ];
    },
  };
}

/** Writes the last of the variants for the last panel, and the first for all others. */
function either(b: Body, isLast: Int, variants: readonly number[], write: (variant: number) => void): void {
  const [first, last] = variants as [number, number?];
  if (last === undefined) write(first);
  else
    b.if(
      isLast,
      () => write(last),
      () => write(first),
    );
}

type Tile = WasmFunction<readonly 'i32'[], undefined>;

/** (panel of A, panel of B, batch, row, column, ...store): one tile of height × width results. */
function tileFunction(
  module: ModuleBuilder,
  { name, a: { depth }, relaxed, storeParams, store }: Contraction,
  rows: number,
  height: number,
  width: number,
): Tile {
  const vectors = Math.ceil(width / 4);
  const params: ValueType[] = Array.from({ length: 5 + storeParams }, () => 'i32');
  return module.function(`${name} ${height}x${width}`, params as 'i32'[], (b, ...args) => {
    const [a, right, batch, row, column, ...rest] = args as readonly Int[] as [Int, Int, Int, Int, Int, ...Int[]];
    const sums: Variable<'v128'>[][] = Array.from({ length: height }, () =>
      Array.from({ length: vectors }, () => b.variable(f32x4.splat(0))),
    );
    const [pa, pb] = [b.variable(a), b.variable(right)];
    const end = b.let(i32.add(right, 4 * COLUMNS * depth));
    b.loop((again) => {
      const ys = Array.from({ length: vectors }, (_, c) => b.let(v128.load(pb, 16 * c)));
      for (const [r, line] of sums.entries()) {
        const x = b.let(v128.load32Splat(pa, 4 * r));
        for (const [c, sum] of line.entries()) {
          const y = ys[c]!;
          b.set(sum, relaxed ? f32x4.relaxedMadd(x, y, sum) : f32x4.add(f32x4.mul(x, y), sum));
        }
      }
      b.set(pa, i32.add(pa, 4 * rows));
      b.set(pb, i32.add(pb, 4 * COLUMNS));
      b.branch(again, i32.ltU(pb, end));
    });
    for (const [r, line] of sums.entries()) {
      for (const [c, sum] of line.entries()) {
        const place = { batch, row: i32.add(row, r), column: i32.add(column, 4 * c) };
        store(b, place, sum, Math.min(4, width - 4 * c), rest);
      }
    }
  });
}

/** Writes the first `lanes` of four floats to an address and behind it. */
export function storeLanes(b: Body, address: Int, value: Value<'v128'>, lanes: number): void {
  if (lanes === 4) {
    b.store(address, value);
    return;
  }
  const [at, named] = [b.let(address), b.let(value)];
  for (const lane of ([0, 1, 2] as const).slice(0, lanes)) b.storeLane(at, named, lane, 4 * lane);
}
