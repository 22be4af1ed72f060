import type { FormatError } from '../errors';
import { quoted } from '../printable';
import { opcodes, refusedName } from './opcodes';

// Python's pickle is a program for a machine with a stack and a memo (PEP 3154; Lib/pickletools.py). Here it computes
// nothing but data: what it may name, and what a call of that gives, is said by a {@link PickleWorld}.

/** A class or function that a pickle names, as `module.name`. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

export class PickleList {
  readonly items: PickleValue[] = [];
}

export class PickleDict {
  readonly entries = new Map<string | number, PickleValue>();
}

/** What a pickle is made of; an object of another class is one that the world has made. */
export type PickleValue = null | boolean | number | bigint | string | object;

/** What the names in a pickle mean. */
export interface PickleWorld {
  /** Makes the error of the pickle. */
  readonly fail: (message: string) => FormatError;
  /** The class or function of this name. @throws FormatError for one that is not known */
  global(name: string): PickleGlobal;
  /** What a call of it gives. @throws FormatError for wrong arguments */
  call(callee: PickleGlobal, args: readonly PickleValue[]): PickleValue;
  /** What stands outside of the pickle under this id. @throws FormatError for another id than is expected */
  persistent(id: PickleValue): PickleValue;
}

/** Thrown where a pickle goes on behind the bytes that are there. */
export class OutOfBytes extends Error {}

/** Each makes one object at most, so that memory is bounded; a tensor takes about 25. */
const MOST_OPCODES = 2 ** 21;

/** No object of a state dict stands deeper. */
const MOST_MARKS = 64;

/** What is known of a value, for messages. */
function kindOf(value: PickleValue): string {
  if (value === null) return 'None';
  if (value instanceof PickleGlobal) return value.name;
  if (value instanceof PickleTuple) return 'a tuple';
  if (value instanceof PickleList) return 'a list';
  if (value instanceof PickleDict) return 'a dict';
  return typeof value === 'object' ? 'an object' : quoted(typeof value === 'bigint' ? String(value) : value);
}

/** A list or a dict that is filled: a mark on the stack. */
const mark = Symbol('mark');

/** Carries out one pickle after another. All that it makes has been in the bytes, or comes from the world. */
export class Unpickler {
  private at = 0;
  private stack: (PickleValue | typeof mark)[] = [];
  private marks: number[] = [];
  private memo = new Map<number, PickleValue>();
  private readonly view: DataView;
  /** Opcodes that it may still carry out. */
  private left: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly world: PickleWorld,
    private readonly mostOpcodes = MOST_OPCODES,
  ) {
    this.left = mostOpcodes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the pickle that was read last ends. */
  get end(): number {
    return this.at;
  }

  /**
   * The value of the pickle that begins where the one before ended.
   * @throws FormatError for what no state dict needs, naming it; OutOfBytes
   */
  next(): PickleValue {
    this.stack = [];
    this.marks = [];
    this.memo = new Map();
    if (this.byte() !== opcodes.PROTO) throw this.world.fail('it does not begin with the opcode PROTO');
    const protocol = this.byte();
    if (protocol < 2 || protocol > 5) throw this.world.fail(`protocol ${protocol}, expected 2 to 5`);
    for (;;) {
      if (this.left-- === 0) throw this.world.fail(`more than ${this.mostOpcodes} opcodes`);
      const code = this.byte();
      if (code === opcodes.STOP) break;
      this.step(code);
    }
    const value = this.pop();
    if (this.stack.length > 0) throw this.world.fail(`${this.stack.length} values are left at its end`);
    return value;
  }

  private step(code: number): void {
    const value = this.value(code);
    if (value === undefined) this.act(code);
    else this.stack.push(value);
  }

  /** What an opcode puts on the stack; undefined for one that does something else. */
  private value(code: number): PickleValue | undefined {
    switch (code) {
      case opcodes.EMPTY_TUPLE:
        return new PickleTuple([]);
      case opcodes.TUPLE:
        return new PickleTuple(this.toMark());
      case opcodes.TUPLE1:
      case opcodes.TUPLE2:
      case opcodes.TUPLE3:
        return new PickleTuple(this.pops(code - opcodes.TUPLE1 + 1));
      case opcodes.EMPTY_LIST:
        return new PickleList();
      case opcodes.EMPTY_DICT:
        return new PickleDict();
      case opcodes.NONE:
        return null;
      case opcodes.NEWTRUE:
        return true;
      case opcodes.NEWFALSE:
        return false;
      case opcodes.BININT:
        return this.view.getInt32(this.skip(4), true);
      case opcodes.BININT1:
        return this.byte();
      case opcodes.BININT2:
        return this.view.getUint16(this.skip(2), true);
      case opcodes.LONG1:
        return this.long(this.byte());
      case opcodes.BINFLOAT:
        return this.view.getFloat64(this.skip(8), false);
      case opcodes.BINUNICODE:
      case opcodes.BINSTRING:
        return this.text(this.uint32());
      case opcodes.SHORT_BINUNICODE:
      case opcodes.SHORT_BINSTRING:
        return this.text(this.byte());
      case opcodes.BINGET:
        return this.recall(this.byte());
      case opcodes.LONG_BINGET:
        return this.recall(this.uint32());
      case opcodes.GLOBAL:
        return this.world.global(`${this.line()}.${this.line()}`);
      case opcodes.STACK_GLOBAL:
        return this.stackGlobal();
      case opcodes.REDUCE:
        return this.reduce();
      case opcodes.BINPERSID:
        return this.world.persistent(this.pop());
      default:
        return undefined;
    }
  }

  private act(code: number): void {
    switch (code) {
      case opcodes.MARK:
        if (this.marks.length === MOST_MARKS) throw this.world.fail(`more than ${MOST_MARKS} open marks`);
        this.marks.push(this.stack.length);
        this.stack.push(mark);
        break;
      case opcodes.APPEND:
        this.append(this.pops(1));
        break;
      case opcodes.APPENDS:
        this.append(this.toMark());
        break;
      case opcodes.SETITEM:
        this.setItems(this.pops(2));
        break;
      case opcodes.SETITEMS:
        this.setItems(this.toMark());
        break;
      case opcodes.BINPUT:
        this.memo.set(this.byte(), this.top());
        break;
      case opcodes.LONG_BINPUT:
        this.memo.set(this.uint32(), this.top());
        break;
      case opcodes.MEMOIZE:
        this.memo.set(this.memo.size, this.top());
        break;
      case opcodes.BUILD:
        this.build();
        break;
      case opcodes.FRAME:
        this.skip(8);
        break;
      default:
        throw this.world.fail(`the opcode ${refusedName(code)}, which no state dict needs`);
    }
  }

  private skip(count: number): number {
    const { at } = this;
    if (at + count > this.bytes.length) throw new OutOfBytes();
    this.at += count;
    return at;
  }

  private byte(): number {
    return this.bytes[this.skip(1)]!;
  }

  private uint32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  private text(length: number): string {
    const start = this.skip(length);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes.subarray(start, this.at));
    } catch {
      throw this.world.fail(`a text of ${length} bytes that is not UTF-8`);
    }
  }

  /** Up to the end of a line. A name is no longer than this. */
  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    const length = (end < 0 ? this.bytes.length : end) - this.at;
    if (length > 1000) throw this.world.fail('a name of more than 1000 bytes');
    if (end < 0) throw new OutOfBytes();
    const text = this.text(length);
    this.skip(1);
    return text;
  }

  /** A whole number in two's complement, little endian. */
  private long(length: number): number | bigint {
    const start = this.skip(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]!);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  private pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === mark) throw this.world.fail('it takes a value from an empty stack');
    return value;
  }

  private top(): PickleValue {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  /** The topmost values, in the order in which they were pushed. */
  private pops(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** All values above the latest mark, which goes with them. */
  private toMark(): PickleValue[] {
    const start = this.marks.pop();
    if (start === undefined || this.stack[start] !== mark) throw this.world.fail('it closes what is not open');
    const values = this.stack.splice(start);
    return values.slice(1) as PickleValue[];
  }

  private recall(index: number): PickleValue {
    const value = this.memo.get(index);
    if (value === undefined) throw this.world.fail(`it asks for memo ${index}, which it has not set`);
    return value;
  }

  private append(values: readonly PickleValue[]): void {
    const list = this.top();
    if (!(list instanceof PickleList)) throw this.world.fail(`it appends to ${kindOf(list)}`);
    for (const value of values) list.items.push(value);
  }

  private setItems(values: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict)) throw this.world.fail(`it sets items of ${kindOf(dict)}`);
    if (values.length % 2 !== 0) throw this.world.fail('it sets a key without a value');
    for (let i = 0; i < values.length; i += 2) addEntry(dict, values[i]!, values[i + 1]!, this.world);
  }

  private stackGlobal(): PickleValue {
    const [module, name] = this.pops(2);
    if (typeof module !== 'string' || typeof name !== 'string') throw this.world.fail('a class without a name');
    return this.world.global(`${module}.${name}`);
  }

  private reduce(): PickleValue {
    const [callee, args] = this.pops(2) as [PickleValue, PickleValue];
    if (!(callee instanceof PickleGlobal)) throw this.world.fail(`it calls ${kindOf(callee)}`);
    if (!(args instanceof PickleTuple)) throw this.world.fail(`it calls ${callee.name} with ${kindOf(args)}`);
    return this.world.call(callee, args.items);
  }

  /** Attributes of a dict, such as the `_metadata` of a state dict, which are left out; nothing else has any. */
  private build(): void {
    this.pop();
    const target = this.top();
    if (!(target instanceof PickleDict)) throw this.world.fail(`it sets attributes of ${kindOf(target)}`);
  }
}

/** Sets a key that is not there yet. @throws FormatError */
export function addEntry(dict: PickleDict, key: PickleValue, value: PickleValue, world: PickleWorld): void {
  if (typeof key !== 'string' && typeof key !== 'number') {
    throw world.fail(`a dict with the key ${kindOf(key)}, expected texts and numbers`);
  }
  if (dict.entries.has(key)) throw world.fail(`the key ${quoted(key)} stands twice in a dict`);
  dict.entries.set(key, value);
}
