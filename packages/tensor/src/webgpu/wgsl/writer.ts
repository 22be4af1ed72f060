import type { DType, TermType } from '../../ir/dtype';
import { type Condition, type Index, quadOf } from '../../ir/index-value';
import type { BinaryOp, CompareOp, UnaryOp } from '../../ir/scalar-ops';
import type { Distribution, ReduceOp, Tensor } from '../../ir/tensor';
import type { Emitter } from '../../lower/emitter';
import {
  type Accumulator,
  type FourWriter,
  type Range,
  type Scratch,
  unbounded,
  type Writer,
} from '../../lower/writer';
import { conditionText, indexText, operandText } from './index-text';
import { floatLiteral } from './literal';
import { binaryText, compareText, unaryText } from './scalar-ops';
import type { Statements } from './workgroup-fold';

/** The buffers of a kernel, as WGSL variables; quads are arrays of vec4, of tensors whose size is a multiple of 4. */
export interface Buffers {
  isHalf(t: Tensor): boolean;
  read(t: Tensor): string;
  readQuads(t: Tensor): string;
  write(t: Tensor): string;
  writeQuads(t: Tensor): string;
  scratch(scratch: Scratch): string;
  /** WGSL expression of a step scalar. */
  scalar(name: string): string;
}

export type WgslEmitter = Emitter<string, WgslWriter>;

/** Statements that `body` writes, apart from the rest. */
export function captured(e: WgslEmitter, body: () => void): string[] {
  let lines: string[] = [];
  e.nested(1, body, (inside) => {
    lines = e.writer.capture(inside);
  });
  return lines;
}

/** An emitter as what takes statements that are written elsewhere. */
export const statementsOf = (e: WgslEmitter): Statements & { readonly text: string } => ({
  get text() {
    return e.writer.text;
  },
  statement: (line) => e.writer.statement(line),
  block: (header, times, body) => e.nested(times, body, (inside) => e.writer.block(header, inside)),
});

/** What a fold starts with. WGSL has no infinities. */
export const START: Record<ReduceOp, Record<DType, string>> = {
  sum: { f32: '0.0', u32: '0u' },
  max: { f32: '-3.4028234e38', u32: '0u' },
  min: { f32: '3.4028234e38', u32: '4294967295u' },
};

/** Two operands of a fold as one. */
export const combine = (op: ReduceOp, a: string, b: string): string =>
  op === 'sum' ? `${a} + ${b}` : `${op}(${a}, ${b})`;

/** Writes the statements of a WGSL function, whose invocation `i` computes one item. */
export class WgslWriter implements Writer<string> {
  readonly lanes = [0, 1, 2, 3];
  private lines: string[] = [];
  private depth = 1;
  private names = 0;

  /** @param elements all `i` are below it */
  constructor(
    private readonly buffers: Buffers,
    private readonly elements: number,
  ) {}

  get text(): string {
    return this.lines.join('\n');
  }

  statement(line: string): void {
    this.lines.push(`${'  '.repeat(this.depth)}${line}`);
  }

  /** A nested block, e.g. a loop body. */
  block(header: string, body: () => void): void {
    this.statement(`${header} {`);
    this.indented(body);
    this.statement('}');
  }

  private indented(body: () => void): void {
    this.depth++;
    body();
    this.depth--;
  }

  /** Statements written by `body`, apart from the rest. */
  capture(body: () => void): string[] {
    const outer = this.lines;
    this.lines = [];
    this.indented(body);
    const captured = this.lines;
    this.lines = outer;
    return captured;
  }

  constant(value: number, type: TermType): string {
    if (type === 'f32') return floatLiteral(value);
    return type === 'bool' ? String(value !== 0) : `${value}u`;
  }

  unary(op: UnaryOp, x: string): string {
    return unaryText[op](x);
  }

  binary(op: BinaryOp, _type: DType, x: string, y: string): string {
    return binaryText[op](x, y);
  }

  compare(op: CompareOp, _type: TermType, x: string, y: string): string {
    return compareText[op](x, y);
  }

  select(condition: string, yes: string, no: string): string {
    return `select(${no}, ${yes}, ${condition})`;
  }

  cast(x: string, type: DType): string {
    return `${type}(${x})`;
  }

  half(x: string): string {
    return `ns_half(${x})`;
  }

  index(x: Index): string {
    return operandText(x);
  }

  where(condition: Condition, yes: string, no: string): string {
    const test = conditionText(condition);
    return test === 'true' ? yes : this.select(test, yes, no);
  }

  name(x: Index, name = `v${this.names++}`): string {
    this.statement(`let ${name} = ${indexText(x)};`);
    return name;
  }

  nameOf(x: string): string {
    return x;
  }

  bind(x: string): string {
    const name = `v${this.names++}`;
    this.statement(`let ${name} = ${x};`);
    return name;
  }

  free(x: string, type: DType): string {
    return `${type}(${x})`;
  }

  load(t: Tensor, at: Index): string {
    const element = `${this.buffers.read(t)}[${indexText(at)}]`;
    return this.buffers.isHalf(t) ? `f32(${element})` : element;
  }

  readonly four: FourWriter<string> = {
    load: (t, quad) => {
      const four = `${this.buffers.readQuads(t)}[${indexText(quad)}]`;
      return this.buffers.isHalf(t) ? `vec4<f32>(${four})` : four;
    },
    lane: (four, lane) => `${four}.${'xyzw'[lane]}`,
    splat: (x, type) => `vec4<${type}>(${x})`,
  };

  scalar(name: string): string {
    return this.buffers.scalar(name);
  }

  store(t: Tensor, at: Index, value: string): void {
    const stored = this.buffers.isHalf(t) ? `f16(${value})` : value;
    this.statement(`${this.buffers.write(t)}[${indexText(at)}] = ${stored};`);
  }

  storeFour(t: Tensor, at: Index, values: readonly string[]): void {
    const four = `vec4<${t.dtype}>(${values})`;
    const stored = this.buffers.isHalf(t) ? `vec4<f16>(${four})` : four;
    this.statement(`${this.buffers.writeQuads(t)}[${indexText(quadOf(at)!.quad)}] = ${stored};`);
  }

  keep(scratch: Scratch, values: readonly string[]): void {
    this.keepAt(scratch, 'i', values);
  }

  /** The same for another place than that of the item. */
  keepAt(scratch: Scratch, place: string, values: readonly string[]): void {
    const value = values.length === 1 ? values[0] : `vec4<${scratch.dtype}>(${values})`;
    this.statement(`${this.buffers.scratch(scratch)}[${place}] = ${value};`);
  }

  kept(scratch: Scratch, part: Index, columns: number): readonly string[] {
    const value = this.bind(`${this.buffers.scratch(scratch)}[${operandText(part)} * ${columns}u + i]`);
    return scratch.width === 1 ? [value] : this.lanes.map((lane) => `${value}[${lane}]`);
  }

  random(distribution: Distribution, key: readonly [string, string], counter: Index, stream: number): string {
    const bits = `ns_threefry(vec2<u32>(${key}), vec2<u32>(${indexText(counter)}, ${stream}u)).x`;
    if (distribution === 'bits') return bits;
    const uniform = `ns_uniform(${bits})`;
    return distribution === 'uniform' ? uniform : `ns_normal(${uniform})`;
  }

  accumulator(name: string, op: ReduceOp, dtype: DType): Accumulator<string> {
    this.statement(`var ${name} = ${START[op][dtype]};`);
    return {
      value: name,
      fold: (x) => this.statement(`${name} = ${combine(op, name, x)};`),
      addProduct: (x, y) => this.statement(`${name} += ${x} * ${y};`),
    };
  }

  loop(name: string, { from, to }: Range, body: () => void): void {
    // 0, which the compiler cannot see: software adapters unroll loops of known length, for seconds.
    const start = from ? indexText(from) : `i / ${this.elements}u`;
    this.block(`for (var ${name} = ${start}; ${name} < ${indexText(to)}; ${name}++)`, body);
  }

  when(condition: Condition, body: () => void): void {
    this.block(`if ${conditionText(condition)}`, body);
  }

  part({ columns, size, length }: { columns: number; size: number; length: number }): Range {
    this.statement(`let begin = (i / ${columns}u) * ${size}u;`);
    this.statement(`let end = min(begin + ${size}u, ${length}u);`);
    return { from: unbounded('begin'), to: unbounded('end') };
  }
}
