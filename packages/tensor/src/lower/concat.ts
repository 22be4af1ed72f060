import { type Index, indexArithmetic as m } from '../ir/index-value';
import { printSizes, sizeOf } from '../ir/shape';
import type { Tensor } from '../ir/tensor';
import { type Emitter, elementAt } from './emitter';
import { type Form, firstOf } from './form';
import { ElementIndex } from './index-form';
import type { Width } from './writer';

/** A joined tensor as rows: in each, [from, from + width) are the part's own elements. */
interface Part {
  readonly x: Tensor;
  readonly from: number;
  readonly width: number;
}

export interface ConcatLimits {
  /** Operands that computing elements of `x` loads from, by what tells them apart. */
  loadsOf(x: Tensor): ReadonlySet<string>;
  /** Operands that one kernel can be given. */
  readonly operands: number;
  /** Elements that an item is to take of tensors that are joined in whole fours. */
  widthOf(xs: readonly Tensor[]): Width;
}

/**
 * Kernels that write the elements of a concat: one, or as many as it takes for each to be given no more operands than it
 * can. An item takes one element, or four neighbours where all of them are always of one part; it finds the part by
 * comparing.
 */
export function concatForms(output: Tensor, limits: ConcatLimits): Form[] {
  const { node } = output;
  if (node.kind !== 'concat') throw new Error('not a concat');
  const inner = sizeOf(output.shape.slice(node.axis + 1));
  let from = 0;
  const parts = node.xs.map((x): Part => {
    const part = { x, from, width: x.shape[node.axis]! * inner };
    from += part.width;
    return part;
  });
  const chunks = chunksOf(parts, limits);
  const name = printSizes(output.shape);
  return chunks.map((chunk, i) => {
    const fours = [from, chunk[0]!.from, ...chunk.map(({ width }) => width)].every((n) => n % 4 === 0);
    return chunkForm(
      output,
      { chunk, whole: from, width: fours ? limits.widthOf(chunk.map(({ x }) => x)) : 1 },
      chunks.length > 1 ? `${name} part ${i + 1} of ${chunks.length}` : name,
    );
  });
}

/** Neighbouring parts that one kernel can be given, with what it writes. */
function chunksOf(parts: readonly Part[], { loadsOf, operands }: ConcatLimits): Part[][] {
  const chunks: Part[][] = [];
  let loads = new Set<string>();
  for (const part of parts) {
    const own = loadsOf(part.x);
    const together = new Set([...loads, ...own]);
    const fits = chunks.length > 0 && together.size + 1 <= operands;
    loads = fits ? together : new Set(own);
    if (fits) chunks.at(-1)!.push(part);
    else chunks.push([part]);
  }
  return chunks;
}

/** One kernel over the rows of a chunk; a row of the output has `whole` elements. */
function chunkForm(
  output: Tensor,
  { chunk, whole, width }: { chunk: readonly Part[]; whole: number; width: Width },
  name: string,
): Form {
  const begin = chunk[0]!.from;
  const length = chunk.reduce((n, part) => n + part.width, 0);
  const size = (output.size / whole) * length;
  const write = <E>(e: Emitter<E>): void => {
    const first = firstOf(e, width);
    const at = (lane: number): Index => elementAt(first, lane, size, width);
    const row = (lane: number): Index => m.divide(at(lane), length);
    const column = (lane: number): Index => m.remainder(at(lane), length);
    const to = (lane: number): Index =>
      length === whole ? at(lane) : m.add(m.multiply(row(lane), whole), m.add(column(lane), m.constant(begin)));
    const writePart = ({ x, from, width: own }: Part): void => {
      const values = e.lanes(width).map((lane) => {
        const within = m.inside(column(lane), from - begin, own);
        const index = ElementIndex.linear(output.shape, to(lane));
        const source = m.add(m.multiply(row(lane), own), within);
        e.result(output, index, e.value(x, ElementIndex.linear(x.shape, source)));
        return e.value(output, index);
      });
      e.store(output, to(0), values, width);
    };
    for (const part of chunk) {
      if (chunk.length === 1) writePart(part);
      else e.when(m.within(column(0), part.from - begin, part.width), part.width / length, () => writePart(part));
    }
  };
  return { name, items: size / width, write };
}
