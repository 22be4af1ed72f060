import { type Index, indexArithmetic as m, quadOf, quadVariable, variable } from '../../ir/index-value';
import { printSizes, sizeOf } from '../../ir/shape';
import type { Tensor } from '../../ir/tensor';
import { ElementIndex } from '../../lower/index-form';
import { repeatWork } from '../../lower/work';
import { perElement, workgroupsFor } from './assemble';
import { conditionText, indexText } from './index-text';
import { isShort, type PointwiseLowering } from './lower-pointwise';

export interface ConcatLowering extends PointwiseLowering {
  /** Buffers that computing elements of `x` loads from, by what tells them apart. */
  loadsOf(x: Tensor): ReadonlySet<string>;
  /** Buffers that one kernel can bind. */
  readonly mostBuffers: number;
}

/** A joined tensor as rows: in each, [from, from + width) are the part's own elements. */
interface Part {
  readonly x: Tensor;
  readonly from: number;
  readonly width: number;
}

/** Above this many parts, four neighbours at a time would make a program that is slow to compile. */
const MOST_PARTS_OF_QUADS = 8;

/**
 * Kernels that write the elements of a concat: one, or as many as it takes for each to bind no more buffers than it can.
 * An invocation takes one element, or four neighbours where all of them are always of one part; it finds the part by
 * comparing.
 */
export function lowerConcat(c: ConcatLowering) {
  const { output } = c;
  const { node } = output;
  if (node.kind !== 'concat') throw new Error('not a concat');
  const inner = sizeOf(output.shape.slice(node.axis + 1));
  let from = 0;
  const parts = node.xs.map((x): Part => {
    const part = { x, from, width: x.shape[node.axis]! * inner };
    from += part.width;
    return part;
  });
  const chunks = chunksOf(c, parts);
  return chunks.map((chunk, i) => {
    const name = printSizes(output.shape);
    return {
      ...lowerChunk(c, chunk, from),
      name: chunks.length > 1 ? `${name} part ${i + 1} of ${chunks.length}` : name,
    };
  });
}

/** Neighbouring parts that one kernel can bind, with what it writes. */
function chunksOf({ loadsOf, mostBuffers }: ConcatLowering, parts: readonly Part[]): Part[][] {
  const chunks: Part[][] = [];
  let loads = new Set<string>();
  for (const part of parts) {
    const own = loadsOf(part.x);
    const together = new Set([...loads, ...own]);
    const fits = chunks.length > 0 && together.size + 1 <= mostBuffers;
    loads = fits ? together : new Set(own);
    if (fits) chunks.at(-1)!.push(part);
    else chunks.push([part]);
  }
  return chunks;
}

/** One kernel over the rows of a chunk; a row of the output has `whole` elements. */
function lowerChunk(c: ConcatLowering, chunk: readonly Part[], whole: number) {
  const { output } = c;
  const begin = chunk[0]!.from;
  const length = chunk.reduce((n, { width }) => n + width, 0);
  const size = (output.size / whole) * length;
  const even = [whole, begin, ...chunk.map(({ width }) => width)].every((n) => n % 4 === 0);
  const short = chunk.length <= MOST_PARTS_OF_QUADS && chunk.every(({ x }) => isShort(c.trial(), x));
  const lanes = c.quads && even && short ? [0, 1, 2, 3] : [0];
  const four = lanes.length === 4;
  const e = c.emitter();
  if (four) e.statement('let first = i * 4u;');
  const at = (j: number): Index => (four ? quadVariable('first', j, size) : variable('i', size));
  const row = (j: number): Index => m.divide(at(j), length);
  const column = (j: number): Index => m.remainder(at(j), length);
  const to = (j: number): Index =>
    length === whole ? at(j) : m.add(m.multiply(row(j), whole), m.add(column(j), m.constant(begin)));
  for (const { x, from, width } of chunk) {
    const write = (): void => {
      const values = lanes.map((j) => {
        const own = m.inside(column(j), from - begin, width);
        const index = ElementIndex.linear(output.shape, to(j));
        e.result(output, index, e.value(x, ElementIndex.linear(x.shape, m.add(m.multiply(row(j), width), own))));
        return e.value(output, index);
      });
      e.statement(
        four
          ? `${c.quadsFor(output)}[${indexText(quadOf(to(0))!.quad)}] = ${e.storedQuad(output, values)};`
          : `${c.bufferFor(output)}[${indexText(to(0))}] = ${e.stored(output, values[0]!)};`,
      );
      e.count({ stores: lanes.length });
    };
    if (chunk.length === 1) write();
    else e.block(`if ${conditionText(m.within(column(0), from - begin, width))}`, width / length, write);
  }
  const invocations = size / lanes.length;
  return {
    body: perElement(invocations, e.text),
    workgroups: workgroupsFor(invocations),
    work: repeatWork(e.work, invocations),
  };
}
