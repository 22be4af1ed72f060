import {
  type Condition,
  dependsOnLane,
  type Index,
  indexArithmetic as m,
  quadOf,
  variable,
} from '../../ir/index-value';
import type { Tensor } from '../../ir/tensor';
import { type View, viewSource } from '../../ir/view';
import { ElementIndex } from '../../lower/index-form';
import { sumWork, type Work, work } from '../../lower/work';
import { conditionText, indexText, operandText } from './index-text';
import { libraryOperations } from './library';
import { floatLiteral } from './literal';
import { printTermWgsl, termOperations } from './terms';

/** How a kernel under construction reaches memory. */
export interface Memory {
  /** True where the tensor is stored, so that it is loaded and not computed. */
  isStored(t: Tensor): boolean;
  /** True where the tensor's values are those of 16-bit floats, and its elements in memory too. */
  isHalf(t: Tensor): boolean;
  /** WGSL variable of the buffer that holds a stored tensor from its first element. */
  bufferOf(t: Tensor): string;
  /** The same buffer as an array of quads; for tensors whose size is a multiple of 4. */
  quadsOf(t: Tensor): string;
  /** WGSL expression of a step scalar. */
  scalar(name: string): string;
}

/** The same memory without its names: work can be counted there before the kernel that names buffers is written. */
export const nameless = (memory: Memory): Memory => ({
  isStored: (t) => memory.isStored(t),
  isHalf: (t) => memory.isHalf(t),
  bufferOf: () => 'buffer',
  quadsOf: () => 'quads',
  scalar: () => 'scalar',
});

/**
 * Writes the statements that compute elements of tensors. Stored tensors are loaded; everything else is computed on the
 * spot from what it stands on. A value asked for twice at the same index is computed once. What one invocation does is
 * counted along the way.
 */
export class Emitter {
  private lines: string[] = [];
  private scopes: Map<string, string>[] = [new Map()];
  private names = 0;
  private counted = work({});
  /** How often the current block runs in one invocation. */
  private runs = 1;

  constructor(private readonly memory: Memory) {}

  get text(): string {
    return this.lines.join('\n');
  }

  statement(line: string): void {
    this.lines.push(`${'  '.repeat(this.scopes.length)}${line}`);
  }

  /** What one invocation does: the average where a branch or a ragged loop makes invocations differ. */
  get work(): Work {
    return this.counted;
  }

  /** Counts what a statement of the current block does that the emitter did not write itself. */
  count(part: Partial<Work>): void {
    const { flops, loads, stores } = work(part);
    const times = this.runs;
    this.counted = sumWork(this.counted, { flops: flops * times, loads: loads * times, stores: stores * times });
  }

  /**
   * A nested block, e.g. a loop body, that runs `times` times: a fraction where only some invocations enter it. What is
   * computed inside is not visible outside.
   */
  block(header: string, times: number, body: () => void): void {
    const outer = this.runs;
    this.runs *= times;
    this.statement(`${header} {`);
    this.scopes.push(new Map());
    body();
    this.scopes.pop();
    this.statement('}');
    this.runs = outer;
  }

  /** Statements written by `body`, apart from the rest. */
  capture(body: () => void): string[] {
    const outer = this.lines;
    this.lines = [];
    this.scopes.push(new Map());
    body();
    this.scopes.pop();
    const captured = this.lines;
    this.lines = outer;
    return captured;
  }

  /** Names the value of an expression. */
  bind(expression: string): string {
    const name = `v${this.names++}`;
    this.statement(`let ${name} = ${expression};`);
    return name;
  }

  /** Makes `expression`, as computed, the known value of `t` at `index` in the current block. */
  result(t: Tensor, index: ElementIndex, expression: string): void {
    this.define(t, index, this.rounded(t, expression));
  }

  /** What a store of `value`, an element of `t`, writes. */
  stored(t: Tensor, value: string): string {
    return this.memory.isHalf(t) ? `f16(${value})` : value;
  }

  /** The same for a vec4 of four elements. */
  storedQuad(t: Tensor, values: readonly string[]): string {
    const quad = `vec4<${t.dtype}>(${values})`;
    return this.memory.isHalf(t) ? `vec4<f16>(${quad})` : quad;
  }

  /** All readers of a tensor see the same values, whether they load them or have them at hand. */
  private rounded(t: Tensor, expression: string): string {
    return this.memory.isHalf(t) ? this.bind(`ns_half(${expression})`) : expression;
  }

  private define(t: Tensor, index: ElementIndex, expression: string): void {
    this.scopes[this.scopes.length - 1]!.set(memoKey(t, index), expression);
  }

  /** WGSL expression of the element of `t` at `index`; may write statements first. */
  value(t: Tensor, index: ElementIndex): string {
    const key = memoKey(t, index);
    for (const scope of this.scopes) {
      const known = scope.get(key);
      if (known) return known;
    }
    const computed = this.memory.isStored(t) ? this.loaded(t, index) : this.rounded(t, this.compute(t, index));
    this.define(t, index, computed);
    return computed;
  }

  /** Neighbours that a kernel takes together are loaded together. */
  private loaded(t: Tensor, index: ElementIndex): string {
    const four = quadOf(index.linear);
    if (!four || t.size % 4 !== 0) return this.bind(this.load(t, index));
    const key = `${t.id}@quad ${four.quad.key}`;
    const known = this.scopes.map((scope) => scope.get(key)).find((name) => name !== undefined);
    const name = known ?? this.bind(this.loadQuad(t, four.quad));
    if (!known) this.scopes[this.scopes.length - 1]!.set(key, name);
    return `${name}.${'xyzw'[four.offset]}`;
  }

  /** The four elements of a quad, counted in quads. */
  private loadQuad(t: Tensor, at: Index): string {
    this.count({ loads: 4 });
    const quad = `${this.memory.quadsOf(t)}[${indexText(at)}]`;
    return this.memory.isHalf(t) ? `vec4<f32>(${quad})` : quad;
  }

  /**
   * WGSL expression of the four elements from `index` on, a multiple of 4 that says so, reached through views alone;
   * undefined where they do not lie side by side.
   */
  quadThroughViews(t: Tensor, index: ElementIndex): string | undefined {
    if (t.node.kind === 'map' && t.node.xs.length === 0) return `vec4<${t.dtype}>(${this.map(t, t.node, index)})`;
    if (this.memory.isStored(t) || t.node.kind !== 'view') {
      const four = quadOf(index.linear);
      return four?.offset === 0 && t.size % 4 === 0 ? this.loadQuad(t, four.quad) : undefined;
    }
    const { view, x } = t.node;
    if (view.kind === 'reshape') return this.quadThroughViews(x, index.reshaped(x.shape));
    const source = viewSource(view, x.shape, index.coords, m);
    // A pad that does not touch the quad's axis asks the same of all four.
    if (source.valid?.some((test) => dependsOnLane(test.x))) return undefined;
    const inner = this.quadThroughViews(x, ElementIndex.at(x.shape, source.coords));
    return inner && whereValid(source.valid, inner, `vec4<${t.dtype}>(${outside(t, view)})`);
  }

  /** WGSL expression of an element reached through views alone, with no statement. */
  loadThroughViews(t: Tensor, index: ElementIndex): string {
    if (t.node.kind === 'map' && t.node.xs.length === 0) return this.map(t, t.node, index);
    if (this.memory.isStored(t) || t.node.kind !== 'view') return this.load(t, index);
    const { view, x } = t.node;
    if (view.kind === 'reshape') return this.loadThroughViews(x, index.reshaped(x.shape));
    const source = viewSource(view, x.shape, index.coords, m);
    const inner = this.loadThroughViews(x, ElementIndex.at(x.shape, source.coords));
    return whereValid(source.valid, inner, outside(t, view));
  }

  private load(t: Tensor, index: ElementIndex): string {
    this.count({ loads: 1 });
    const element = `${this.memory.bufferOf(t)}[${indexText(index.linear)}]`;
    return this.memory.isHalf(t) ? `f32(${element})` : element;
  }

  private compute(t: Tensor, index: ElementIndex): string {
    const { node } = t;
    switch (node.kind) {
      case 'map':
        return this.map(t, node, index);
      case 'view': {
        const { view, x } = node;
        if (view.kind === 'reshape') return this.value(x, index.reshaped(x.shape));
        const source = viewSource(view, x.shape, index.coords, m);
        const inner = this.value(x, ElementIndex.at(x.shape, source.coords));
        const selected = whereValid(source.valid, inner, outside(t, view));
        return selected === inner ? inner : this.bind(selected);
      }
      case 'gather': {
        const { table, index: rows } = node;
        const at = ElementIndex.at(rows.shape, index.coords.slice(0, rows.rank));
        const row = this.bind(`min(${this.value(rows, at)}, ${table.shape[0]! - 1}u)`);
        const coords = [variable(row, table.shape[0]!), ...index.coords.slice(rows.rank)];
        return this.value(table, ElementIndex.at(table.shape, coords));
      }
      case 'random':
        return this.random(t, node, index);
      default:
        throw new Error(`${t.describe()} has to be stored before a kernel can read it`);
    }
  }

  private map(t: Tensor, node: Extract<Tensor['node'], { kind: 'map' }>, index: ElementIndex): string {
    this.count({ flops: termOperations(node.term) });
    const printed = printTermWgsl(node.term, {
      arg: (i) => this.value(node.xs[i]!, index),
      scalar: (name) => {
        this.count({ loads: 1 });
        return this.memory.scalar(name);
      },
      coord: (axis) => operandText(index.coords[axis]!),
      bind: (expression) => this.bind(expression),
    });
    return node.xs.length === 0 || /^v\d+$/.test(printed) ? `${t.dtype}(${printed})` : this.bind(printed);
  }

  private random(t: Tensor, node: Extract<Tensor['node'], { kind: 'random' }>, index: ElementIndex): string {
    const width = t.size / t.shape[0]!;
    const row = m.divide(index.linear, width);
    const key = [0, 1].map((word) =>
      this.value(node.keys, ElementIndex.linear(node.keys.shape, m.add(m.multiply(row, 2), m.constant(word)))),
    );
    const counter = m.remainder(index.linear, width);
    const functions = { bits: [], uniform: ['ns_uniform'], normal: ['ns_uniform', 'ns_normal'] }[node.distribution];
    for (const name of ['ns_threefry', ...functions]) this.count({ flops: libraryOperations(name) });
    const bits = `ns_threefry(vec2<u32>(${key}), vec2<u32>(${indexText(counter)}, ${node.stream}u)).x`;
    if (node.distribution === 'bits') return this.bind(bits);
    const uniform = `ns_uniform(${bits})`;
    return this.bind(node.distribution === 'uniform' ? uniform : `ns_normal(${uniform})`);
  }
}

const memoKey = (t: Tensor, index: ElementIndex): string => `${t.id}@${index.linear.key}`;

/** `inner` where a condition, if there is one, holds; else `other`. */
function whereValid(valid: Condition | undefined, inner: string, other: string): string {
  const test = conditionText(valid ?? []);
  if (test === 'true') return inner;
  return test === 'false' ? other : `select(${other}, ${inner}, ${test})`;
}

/** What a pad, whose result is `t`, has around its source. */
function outside({ dtype }: Tensor, view: View): string {
  const value = view.kind === 'pad' ? view.value : 0;
  return dtype === 'f32' ? floatLiteral(value) : `${value}u`;
}
