import { Body, type Callable, type Variable } from './body';
import { Bytes } from './bytes';
import { TYPE_CODES, type Value, type ValueType } from './value';

export interface MemoryType {
  /** Pages of 64 KiB that there are at least. */
  readonly minimum: number;
  /** Pages that it may grow to; a shared memory must say. */
  readonly maximum?: number;
  /** Between threads. */
  readonly shared?: boolean;
}

/** A function of the module, to call from later ones and to export. */
export interface WasmFunction<P extends readonly ValueType[], R extends ValueType | undefined> extends Callable<P> {
  readonly name: string;
  readonly result: R;
}

/** The arguments of a function, as it sees them. */
export type Parameters<P extends readonly ValueType[]> = { [K in keyof P]: Variable<P[K]> };

const SECTION = { custom: 0, type: 1, import: 2, function: 3, memory: 5, export: 7, code: 10 } as const;

const FUNCTION = 0x00;
const MEMORY = 0x02;

/**
 * A WebAssembly module being written, without a tool chain: core specification 3.0, §5.5.
 *
 *     const module = new ModuleBuilder();
 *     module.importMemory('env', 'memory', { minimum: 1, maximum: 65536, shared: true });
 *     module.export(module.function('scale', ['i32', 'i32', 'f32'], (b, from, to, factor) => {
 *       b.for(from, to, 4, (at) => b.store(at, f32.mul(f32.load(at), factor)));
 *     }));
 *     new WebAssembly.Module(module.bytes());
 */
export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #typeBytes: Uint8Array[] = [];
  readonly #imports: ((out: Bytes) => void)[] = [];
  readonly #memories: MemoryType[] = [];
  readonly #exports: { readonly name: string; readonly kind: number; readonly index: number }[] = [];
  readonly #names: string[] = [];
  readonly #functions: { readonly type: number; readonly code: Bytes }[] = [];
  #hasMemory = false;

  /** The memory that loads and stores mean, made elsewhere. */
  importMemory(module: string, name: string, type: MemoryType): void {
    this.#oneMemory(type);
    this.#imports.push((out) => {
      out.name(module);
      out.name(name);
      out.byte(MEMORY);
      writeMemoryType(out, type);
    });
  }

  /** A memory of the module's own, which it exports. */
  memory(name: string, type: MemoryType): void {
    this.#oneMemory(type);
    this.#memories.push(type);
    this.#exports.push({ name, kind: MEMORY, index: 0 });
  }

  /** A function made elsewhere; to be imported before the first function is written. */
  importFunction<const P extends readonly ValueType[], R extends ValueType | undefined = undefined>(
    module: string,
    name: string,
    params: P,
    result?: R,
  ): WasmFunction<P, R> {
    if (this.#functions.length > 0) throw new Error(`${name}: imports come before the first function`);
    const type = this.#type(params, result);
    this.#imports.push((out) => {
      out.name(module);
      out.name(name);
      out.byte(FUNCTION);
      out.u32(type);
    });
    return { index: this.#names.push(name) - 1, name, params, result: result as R };
  }

  /**
   * Writes a function.
   * @param name for whoever looks at a profile, and for `export`
   * @param write writes the statements and returns the result, if there is one
   */
  function<const P extends readonly ValueType[], R extends ValueType>(
    name: string,
    params: P,
    write: (body: Body, ...args: Parameters<P>) => Value<R>,
  ): WasmFunction<P, R>;
  function<const P extends readonly ValueType[]>(
    name: string,
    params: P,
    write: (body: Body, ...args: Parameters<P>) => void,
  ): WasmFunction<P, undefined>;
  function<const P extends readonly ValueType[]>(
    name: string,
    params: P,
    write: (body: Body, ...args: Parameters<P>) => unknown,
  ): WasmFunction<P, ValueType | undefined> {
    const body = new Body(params);
    const value = write(body, ...(body.arguments() as unknown as Parameters<P>)) as Value | undefined;
    const code = body.finish(value);
    const index = this.#names.push(name) - 1;
    this.#functions.push({ type: this.#type(params, value?.type), code });
    return { index, name, params, result: value?.type };
  }

  export({ name, index }: WasmFunction<readonly ValueType[], ValueType | undefined>): void {
    if (this.#exports.some((e) => e.name === name)) throw new Error(`two exports '${name}', expected one of a name`);
    this.#exports.push({ name, kind: FUNCTION, index });
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const out = new Bytes();
    out.raw([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    section(out, SECTION.type, this.#typeBytes, (type) => type);
    section(out, SECTION.import, this.#imports, (write) => made(write));
    section(out, SECTION.function, this.#functions, ({ type }) => made((o) => o.u32(type)));
    section(out, SECTION.memory, this.#memories, (type) => made((o) => writeMemoryType(o, type)));
    section(out, SECTION.export, this.#exports, ({ name, kind, index }) =>
      made((o) => {
        o.name(name);
        o.byte(kind);
        o.u32(index);
      }),
    );
    section(out, SECTION.code, this.#functions, ({ code }) => made((o) => functionCode(o, code)));
    this.#nameSection(out);
    return out.take();
  }

  /** The types and the code of its functions, without names: the same for modules that compute the same. */
  code(): Uint8Array<ArrayBuffer> {
    const out = new Bytes();
    for (const type of this.#typeBytes) out.vector(type);
    for (const { type, code } of this.#functions) {
      out.u32(type);
      functionCode(out, code);
    }
    return out.take();
  }

  /**
   * Takes over all functions of a module that imports none, with the calls between them.
   * @returns the number of what was function 0 there: the others follow
   */
  append(other: ModuleBuilder): number {
    const first = this.#names.length;
    if (other.#names.length > other.#functions.length)
      throw new Error('a module that imports functions, expected none');
    for (const [i, { type, code }] of other.#functions.entries()) {
      this.#names.push(other.#names[i]!);
      this.#functions.push({
        type: this.#typeAs(other.#types[type]!, other.#typeBytes[type]!),
        code: code.moveCallees(first),
      });
    }
    return first;
  }

  #oneMemory({ shared, maximum }: MemoryType): void {
    if (shared && maximum === undefined) throw new Error('a shared memory without a maximum, expected one in pages');
    if (this.#hasMemory) throw new Error('a second memory, expected one');
    this.#hasMemory = true;
  }

  #type(params: readonly ValueType[], result: ValueType | undefined): number {
    const key = `${params.join()}:${result}`;
    const bytes = made((out) => {
      out.byte(0x60);
      out.vector(params.map((type) => TYPE_CODES[type]));
      out.vector(result === undefined ? [] : [TYPE_CODES[result]]);
    });
    return this.#typeAs(key, bytes);
  }

  #typeAs(key: string, bytes: Uint8Array): number {
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    this.#typeBytes.push(bytes);
    return this.#types.push(key) - 1;
  }

  /** Names of functions, which profiles and traces show. Core specification 3.0, appendix "Name section". */
  #nameSection(out: Bytes): void {
    const names = new Bytes();
    names.u32(this.#names.length);
    for (const [index, name] of this.#names.entries()) {
      names.u32(index);
      names.name(name);
    }
    const contents = new Bytes();
    contents.name('name');
    contents.byte(1);
    contents.vector(names.take());
    out.byte(SECTION.custom);
    out.vector(contents.take());
  }
}

/** The code of a function behind its length. */
function functionCode(out: Bytes, code: Bytes): void {
  out.u32(code.length);
  out.append(code);
}

function made(write: (out: Bytes) => void): Uint8Array {
  const out = new Bytes();
  write(out);
  return out.take();
}

function section<T>(out: Bytes, id: number, items: readonly T[], bytesOf: (item: T) => Uint8Array): void {
  if (items.length === 0) return;
  const contents = new Bytes();
  contents.u32(items.length);
  for (const item of items) contents.raw(bytesOf(item));
  out.byte(id);
  out.vector(contents.take());
}

function writeMemoryType(out: Bytes, { minimum, maximum, shared = false }: MemoryType): void {
  out.byte((shared ? 2 : 0) | (maximum === undefined ? 0 : 1));
  out.u32(minimum);
  if (maximum !== undefined) out.u32(maximum);
}
