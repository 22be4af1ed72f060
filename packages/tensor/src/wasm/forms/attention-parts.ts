import { multiply, variable } from '../../ir/index-value';
import type { AttentionSizes } from '../../lower/attention-sizes';
import { type Body, f32x4, i32, type ModuleBuilder, v128, type WasmFunction } from '../assembler';
import { type VectorTarget, vectorTarget } from '../math/horner';
import type { Int, Vector } from './form';
import { PanelCopy } from './pack';
import { COLUMNS, eitherLength, ROWS, storeLanes, tileLengths, tileSums } from './tile';

/** What the forms of attention share: products of blocks of rows, whose results stay in the cache of a core. */

export const sizesText = ({ batch, heads, queries, keys, depth, width }: AttentionSizes): string =>
  `${batch}x${heads}x${queries}x${keys}x${depth}x${width}`;

export type Calls = WasmFunction<readonly 'i32'[], undefined>;

export const ints = (count: number): 'i32'[] => Array.from({ length: count }, () => 'i32');

export const panelsOf = (keys: number): number => Math.ceil(keys / COLUMNS);
/** Floats between one query's products and the next's. */
export const pitchOf = (keys: number): number => COLUMNS * panelsOf(keys);

/** Queries whose products with `keys` keys are kept at a time: 64 KiB of them, at most 64. */
export function queryBlock(queries: number, keys: number): number {
  const most = Math.max(ROWS, Math.floor(16384 / pitchOf(keys)));
  return Math.min(64, ROWS * Math.floor(most / ROWS), ROWS * Math.ceil(queries / ROWS));
}

/** (rows' address, target): a head's rows [count, width] turned into panels of 8 rows, [panel][width][8]; a dynamic count up to `most`. */
export function turnedPanels(module: ModuleBuilder, name: string, most: number, width: number, stride: number): Calls {
  const panels = panelsOf(most);
  const layout = {
    run: width,
    depthStride: 1,
    rowStride: stride,
    place: { index: multiply(variable('panel', panels), COLUMNS * stride) },
  };
  return module.function(name, ints(3), (b, source, target, rows) => {
    b.for(0, rows, COLUMNS, (first) => {
      const panel = b.let(i32.shrU(first, 3));
      const write = b.let(i32.add(target, i32.mul(panel, 4 * COLUMNS * width)));
      eitherLength(b, i32.ltU(i32.sub(rows, first), COLUMNS), tileLengths(most, COLUMNS), (filled) => {
        new PanelCopy(b, layout, COLUMNS, filled, { source, panel, batch: i32.const(0) }).run(i32.const(0), write);
      });
    });
  });
}

/** Where four products of a row of the block with four columns go. */
export interface ProductPlace {
  readonly row: number;
  /** Where the tile's first product goes, and how far from it this one's do; both in bytes. */
  readonly address: Int;
  readonly offset: number;
  /** How far the tile's first column is from the block's, in bytes. */
  readonly column: Int;
}

export type Finish = (b: Body, at: ProductPlace, sums: Vector) => void;

/**
 * (a, panels, target, count of panels, ...extra): products of up to four rows, `rowStride` apart, with all panels of 8 turned rows.
 * @param before names what is read once for each row, before the products
 */
export function panelProducts(
  module: ModuleBuilder,
  name: string,
  {
    rows,
    rowStride,
    depth,
    relaxed,
    extra,
  }: { rows: number; rowStride: number; depth: number; relaxed: boolean; extra: number },
  begin: (target: VectorTarget, extra: readonly Int[]) => Finish,
  pitch: number,
): Calls {
  const tile = { rows, columns: COLUMNS, rowStride, depthStrideA: 1, depthStrideB: COLUMNS, relaxed };
  return module.function(name, ints(4 + extra), (b, ...args) => {
    const [a, panels, target, count, ...rest] = args as readonly Int[] as [Int, Int, Int, Int, ...Int[]];
    const finish = begin(vectorTarget(b, relaxed), rest);
    b.for(0, count, 1, (panel) => {
      const right = i32.add(panels, i32.mul(panel, 4 * COLUMNS * depth));
      const out = b.let(i32.mul(panel, 4 * COLUMNS));
      const sums = tileSums(b, tile, a, right, depth);
      const address = b.let(i32.add(target, out));
      for (const [row, line] of sums.entries()) {
        for (const [c, sum] of line.entries())
          finish(b, { row, address, column: out, offset: 4 * pitch * row + 16 * c }, sum);
      }
    });
  });
}

/** A product of blocks: A [rows, depth] by B [depth, columns]; strides in floats, columns of B and of the result side by side. */
export interface BlockProduct {
  /** Of whatever the rows are cut from: all blocks but the last have a multiple of four. */
  readonly totalRows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly depthStrideA: number;
  readonly depthStrideB: number;
  readonly resultStride: number;
  readonly relaxed: boolean;
  /** Rows are multiplied with numbers of their own. */
  readonly scaled?: boolean;
}

/** (a, b, result, rows, depth, 1 to add to the result): also (…, address of the rows' factors) where they are scaled. */
export function blockProduct(module: ModuleBuilder, name: string, product: BlockProduct): Calls {
  const { totalRows, columns, rowStride, depthStrideA, depthStrideB, resultStride, relaxed, scaled = false } = product;
  const widths = tileLengths(columns, COLUMNS);
  const tiles = Math.ceil(columns / COLUMNS);
  return module.function(name, ints(6 + Number(scaled)), (b, ...args) => {
    const [a, right, result, rows, depth, onto, factors] = args as readonly Int[] as [
      Int,
      Int,
      Int,
      Int,
      Int,
      Int,
      Int,
    ];
    b.for(0, rows, ROWS, (first) => {
      const pa = b.let(i32.add(a, i32.mul(first, 4 * rowStride)));
      const line = b.let(i32.add(result, i32.mul(first, 4 * resultStride)));
      eitherLength(b, i32.ltU(i32.sub(rows, first), ROWS), tileLengths(totalRows, ROWS), (height) => {
        b.for(0, tiles, 1, (column) => {
          const out = b.let(i32.add(line, i32.mul(column, 4 * COLUMNS)));
          eitherLength(b, i32.eq(column, tiles - 1), widths, (width) => {
            const tile = { rows: height, columns: width, rowStride, depthStrideA, depthStrideB, relaxed };
            const sums = tileSums(b, tile, pa, i32.add(right, i32.mul(column, 4 * COLUMNS)), depth);
            const store = (added: boolean): void => {
              for (const [r, row] of sums.entries()) {
                for (const [c, sum] of row.entries()) {
                  const offset = 4 * r * resultStride + 16 * c;
                  const factor = scaled ? v128.load32Splat(i32.add(factors, i32.shl(first, 2)), 4 * r) : undefined;
                  const value = factor ? f32x4.mul(sum, factor) : sum;
                  const total = added ? f32x4.add(value, v128.load(out, offset)) : value;
                  const lanes = Math.min(4, width - 4 * c);
                  if (lanes === 4) b.store(out, total, offset);
                  else storeLanes(b, i32.add(out, offset), total, lanes);
                }
              }
            };
            if (scaled) store(false);
            else
              b.if(
                onto,
                () => store(true),
                () => store(false),
              );
          });
        });
      });
    });
  });
}
