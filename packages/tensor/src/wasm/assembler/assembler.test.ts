// References: the WebAssembly core specification 3.0 (binary format, examples of LEB128 in §5.2.2) and the engine that runs
// what is written; JavaScript's arithmetic.
import { describe, expect, it } from 'vitest';
import { wasmFeatures } from '../features';
import { Body, type Label } from './body';
import { Bytes } from './bytes';
import { ModuleBuilder, type Parameters } from './module';
import { f32, f64, i32, memorySize, select } from './scalar';
import type { Value, ValueType } from './value';
import { f32x4, f64x2, i32x4, v128 } from './vector';

const written = (write: (out: Bytes) => void): number[] => {
  const out = new Bytes();
  write(out);
  return [...out.take()];
};

describe('Bytes', () => {
  it.each([
    [0, [0]],
    [3, [3]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [624485, [0xe5, 0x8e, 0x26]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('u32 %d', (value, bytes) => expect(written((out) => out.u32(value))).toEqual(bytes));
  it.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0xc0, 0]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])('s32 %d', (value, bytes) => {
    expect(written((out) => out.s32(value))).toEqual(bytes);
    expect(written((out) => out.s64(BigInt(value)))).toEqual(bytes);
  });
  it('holds more than it was made for', () => {
    const many = Array.from({ length: 1000 }, (_, i) => i % 251);
    expect(written((out) => out.vector(many))).toEqual([0xe8, 0x07, ...many]);
  });
});

type Numbers = (...args: number[]) => number;

/** Calls the function that `write` writes. */
function compiled<const P extends readonly ValueType[]>(
  params: P,
  write: (body: Body, ...args: Parameters<P>) => unknown,
): { run: Numbers; bytes: Uint8Array<ArrayBuffer>; memory: ArrayBuffer } {
  const module = new ModuleBuilder();
  module.memory('memory', { minimum: 1 });
  module.export(module.function('run', params, write));
  const bytes = module.bytes();
  expect(WebAssembly.validate(bytes)).toBe(true);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return { run: exports.run as Numbers, bytes, memory: (exports.memory as WebAssembly.Memory).buffer };
}

describe('ModuleBuilder', () => {
  it('writes the bytes of the specification', () => {
    const module = new ModuleBuilder();
    module.export(module.function('add', ['i32', 'i32'], (_, x, y) => i32.add(x, y)));
    const sections = [
      [1, 7, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f],
      [3, 2, 1, 0],
      [7, 7, 1, 3, 0x61, 0x64, 0x64, 0, 0],
      [10, 9, 1, 7, 0, 0x20, 0, 0x20, 1, 0x6a, 0x0b],
      [0, 13, 4, 0x6e, 0x61, 0x6d, 0x65, 1, 6, 1, 0, 3, 0x61, 0x64, 0x64],
    ];
    expect([...module.bytes()]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
  });

  it('imports a shared memory and functions, and calls', () => {
    const module = new ModuleBuilder();
    module.importMemory('env', 'memory', { minimum: 1, maximum: 3, shared: true });
    const seen = module.importFunction('env', 'seen', ['i32', 'f64']);
    const half = module.importFunction('env', 'half', ['f64'], 'f64');
    const twice = module.function('twice', ['f64'], (_, x) => f64.add(x, x));
    module.export(
      module.function('run', ['i32'], (b, x) => {
        b.call(seen, memorySize(), b.call(half, f64.convertI32S(x)));
        b.store(8, b.call(twice, 21));
      }),
    );
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 3, shared: true });
    const calls: number[][] = [];
    const env = { memory, seen: (...args: number[]) => calls.push(args), half: (x: number) => x / 2 };
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env });
    (instance.exports.run as Numbers)(5);
    expect(calls).toEqual([[2, 2.5]]);
    expect(new Float64Array(memory.buffer)[1]).toBe(42);
  });

  it('takes over the functions of another module, with the calls between them', () => {
    const piece = new ModuleBuilder();
    const half = piece.function('half', ['f64'], (_, x) => f64.div(x, 2));
    const twice = piece.function('quarter', ['f64'], (b, x) => b.call(half, b.call(half, x)));
    const alone = piece.code();
    const module = new ModuleBuilder();
    const seen = module.importFunction('env', 'seen', ['f64']);
    module.function('other', ['f64'], (b, x) => b.call(seen, x));
    for (const name of ['first', 'second']) {
      const first = module.append(piece);
      module.export({ ...twice, index: first + twice.index, name });
    }
    expect(piece.code()).toEqual(alone);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), {
      env: { seen: () => expect.fail('another function was called') },
    });
    expect((exports.first as Numbers)(10)).toBe(2.5);
    expect((exports.second as Numbers)(12)).toBe(3);
    // And those of a module that has taken over others.
    const [middle, outer] = [new ModuleBuilder(), new ModuleBuilder()];
    for (const into of [middle, outer]) into.function('other', ['f64'], (b) => b.trap());
    const within = middle.append(piece);
    outer.export({ ...twice, index: outer.append(middle) + within + twice.index, name: 'third' });
    const third = new WebAssembly.Instance(new WebAssembly.Module(outer.bytes())).exports.third as Numbers;
    expect(third(20)).toBe(5);
    expect(() => piece.append(module)).toThrow('a module that imports functions, expected none');
  });

  it('names functions for profiles and traces', () => {
    const module = new ModuleBuilder();
    module.export(module.function('deep kernel', [], (b) => b.trap()));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()));
    let stack = '';
    try {
      (exports['deep kernel'] as () => void)();
    } catch (error) {
      stack = String((error as Error).stack);
    }
    expect(stack).toContain('deep kernel');
  });

  it('says in one line what does not fit', () => {
    const module = new ModuleBuilder();
    module.memory('memory', { minimum: 1 });
    expect(() => module.importMemory('env', 'm', { minimum: 1 })).toThrow('a second memory, expected one');
    const f = module.function('f', ['i32'], (_, x) => x);
    module.export(f);
    expect(() => module.export(f)).toThrow("two exports 'f', expected one of a name");
    expect(() => module.importFunction('env', 'late', [])).toThrow('late: imports come before the first function');
    const unbounded = { minimum: 1, shared: true };
    expect(() => new ModuleBuilder().memory('m', unbounded)).toThrow('without a maximum, expected one in pages');
  });
});

describe('statements', () => {
  it('loops from, to, by; unsigned, with known and unknown ends', () => {
    const count = (step: number) =>
      compiled(['i32', 'i32'], (b, from, to) => {
        const sum = b.variable(i32.const(0));
        b.for(from, to, step, (i) => b.set(sum, i32.add(i32.mul(sum, 3), i)));
        return sum;
      }).run;
    const expected = (from: number, to: number, step: number): number => {
      let sum = 0;
      for (let i = from; i < to; i += step) sum = (Math.imul(sum, 3) + i) | 0;
      return sum;
    };
    for (const [from, to, step] of [
      [0, 5, 1],
      [2, 9, 3],
      [5, 5, 1],
      [6, 5, 1],
      [2 ** 31 - 2, 2 ** 31 + 3, 2],
    ] as const) {
      expect(count(step)(from, to)).toBe(expected(from, to, step));
      const known = compiled([], (b) => {
        const sum = b.variable(i32.const(0));
        b.for(from, to, step, (i) => b.set(sum, i32.add(i32.mul(sum, 3), i)));
        return sum;
      }).run;
      expect(known()).toBe(expected(from, to, step));
    }
  });

  it('leaves a loop early, nests loops, and computes the end once', () => {
    const { run } = compiled(['i32'], (b, n) => {
      const found = b.variable(i32.const(-1));
      const end = b.variable(n);
      b.for(0, end, 1, (i, leave) => {
        b.set(end, 0);
        b.for(0, n, 1, (j) => b.if(i32.eq(i32.mul(i, j), 35), () => b.set(found, i)));
        b.branch(leave, i32.geS(found, 0));
      });
      return found;
    });
    expect(run(10)).toBe(5);
    expect(run(5)).toBe(-1);
  });

  it('branches, selects and returns', () => {
    const { run, memory } = compiled(['f32', 'f32'], (b, x, y) => {
      b.if(
        f32.lt(x, y),
        () => b.store(0, select(f32.gt(x, 0), x, f32.const(0))),
        () => {
          b.store(0, f32.const(7));
          b.return();
        },
      );
      b.store(4, f32.mul(x, y));
    });
    const floats = new Float32Array(memory);
    run(-1, 2);
    expect([...floats.subarray(0, 2)]).toEqual([0, -2]);
    run(3, 4);
    expect([...floats.subarray(0, 2)]).toEqual([3, 12]);
    run(4, 3);
    expect([...floats.subarray(0, 2)]).toEqual([7, 12]);
  });

  it('uses the local of what has ended again, and refuses it to who held on to it', () => {
    const { bytes } = compiled([], (b) => {
      for (let k = 0; k < 50; k++) b.for(0, 3, 1, (i) => b.store(0, b.let(f32.convertI32S(i))));
    });
    // One i32 and one f32, in two groups.
    const code = bytes.indexOf(10, 8);
    expect(bytes.length - code).toBeGreaterThan(50);
    const body = new Body([]);
    let kept: Value<'i32'> | undefined;
    let label: Label | undefined;
    body.block((inner) => {
      label = inner;
      kept = body.let(i32.const(1));
    });
    expect(() => body.store(0, kept!)).toThrow('a i32 is used outside the loop or branch that named it');
    expect(() => body.branch(label!)).toThrow('a branch to a block that has ended');
    const locals = new Body([]);
    for (let k = 0; k < 50; k++) locals.for(0, 3, 1, (i) => locals.store(0, locals.let(f32.convertI32S(i))));
    expect([...locals.finish(undefined).take().subarray(0, 5)]).toEqual([2, 1, 0x7f, 1, 0x7d]);
  });

  it('folds what is known of addresses', () => {
    const bytesOf = (value: Value<'i32'>) => written((out) => value.write(out));
    const x = new Body(['i32']).arguments()[0] as Value<'i32'>;
    expect(bytesOf(i32.add(i32.mul(4, 3), i32.shl(1, 5)))).toEqual([0x41, 44]);
    for (const same of [i32.add(x, 0), i32.add(0, x), i32.sub(x, 0), i32.mul(x, 1), i32.mul(1, x), i32.shl(x, 0)]) {
      expect(bytesOf(same)).toEqual([0x20, 0]);
    }
    expect(bytesOf(i32.shl(0, x))).toEqual([0x41, 0, 0x20, 0, 0x74]);
    expect(bytesOf(i32.sub(0, x))).toEqual([0x41, 0, 0x20, 0, 0x6b]);
  });

  it('says in one line what does not fit', () => {
    const b = new Body([]);
    const float = f32.const(1) as unknown as Value<'i32'>;
    expect(() => i32.add(float, 1)).toThrow('an operand is f32, expected i32');
    expect(() => i32.const(0.5)).toThrow('0.5 as an i32, expected a whole number from -2^31 to 2^32 - 1');
    expect(() => select(1, f32.const(1), float as unknown as Value<'f32'>)).not.toThrow();
    expect(() => select(1, i32.const(1), float)).toThrow('select between i32 and f32, expected one type');
    expect(() => f32x4.extract(f32x4.splat(1), 4)).toThrow('f32x4.extract: lane 4, expected one from 0 to 3');
    expect(() => v128.const(new Uint8Array(4))).toThrow('v128.const of 4 bytes, expected 16');
    const callee = { index: 0, params: ['i32'], result: undefined } as const;
    expect(() => b.call(callee as never)).toThrow('a call with 0 arguments, expected 1');
  });
});

describe('memory and lanes', () => {
  it('loads and stores at an address and an offset', () => {
    const { run, memory } = compiled(['i32'], (b, at) => {
      b.store(at, i32.load(at, 256), 16);
      b.store(at, f32.load(at, 260), 20);
      b.store(at, f64.load(at, 264), 24);
      b.store(at, v128.load(at, 256), 32);
      b.store(at, v128.load32Splat(at, 256), 48);
      b.store(at, v128.load32Zero(at, 256), 64);
      b.store(at, v128.load64Zero(at, 256), 80);
      b.store(at, v128.load32Lane(at, v128.load(at, 256), 2, 260), 96);
      b.storeLane(at, v128.load(at, 256), 3, 112);
      b.store(at, i32.load8U(at, 256), 116);
      b.store(at, i32.load16U(at, 256), 120);
      b.storeHalf(at, v128.load(at, 256), 0, 124);
      b.storeHalf(at, v128.load(at, 256), 1, 132);
    });
    const words = new Uint32Array(memory);
    const [a, b, c, d] = [0x8765f4f3, 0x40490fdb, 0x54442d18, 0x400921fb];
    words.set([a, b, c, d], 65);
    run(4);
    expect([...words.subarray(5, 36)]).toEqual(
      [a, b, c, d].concat(
        [a, b, c, d],
        [a, a, a, a],
        [a, 0, 0, 0],
        [a, b, 0, 0],
        [a, b, b, d],
        [d, 0xf3, 0xf4f3],
        [a, b, c, d],
      ),
    );
  });

  it('makes, takes and replaces lanes', () => {
    const { run, memory } = compiled([], (b) => {
      const x = b.let(f32x4.const(1, 2, 3, 4));
      const y = b.let(i32x4.const(5, 0x80000000, 7, 8));
      b.store(0, f32.add(f32x4.extract(x, 2), f32x4.extract(x, 3)));
      b.store(4, i32x4.extract(y, 3));
      b.store(8, f64x2.extract(f64x2.const(0.5, 0.25), 1));
      b.store(16, f32x4.replace(x, 1, 9));
      b.store(32, i32x4.replace(y, 0, 6));
      b.store(48, i32x4.shuffle(x, y, [0, 7, 2, 4]));
      b.store(64, v128.const(Uint8Array.from({ length: 16 }, (_, i) => i)));
      b.store(80, i32x4.bitmask(y));
      b.store(84, i32x4.allTrue(y));
      b.store(88, i32x4.allTrue(i32x4.const(1, 0, 1, 1)));
      b.store(92, v128.anyTrue(i32x4.const(0, 0, 0, 1)));
      b.store(96, v128.anyTrue(i32x4.splat(0)));
      b.store(112, f32x4.add(x, 0.5));
      b.store(128, i32x4.add(y, 1));
    });
    run();
    const [floats, ints] = [new Float32Array(memory), new Uint32Array(memory)];
    expect(floats[0]).toBe(7);
    expect(ints[1]).toBe(8);
    expect(new Float64Array(memory)[1]).toBe(0.25);
    expect([...floats.subarray(4, 8)]).toEqual([1, 9, 3, 4]);
    expect([...ints.subarray(8, 12)]).toEqual([6, 0x80000000, 7, 8]);
    expect([floats[12], ints[13], floats[14], ints[15]]).toEqual([1, 8, 3, 5]);
    expect([...new Uint8Array(memory, 64, 16)]).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect([...ints.subarray(20, 25)]).toEqual([0b0010, 1, 0, 1, 0]);
    expect([...floats.subarray(28, 32)]).toEqual([1.5, 2.5, 3.5, 4.5]);
    expect([...ints.subarray(32, 36)]).toEqual([6, 0x80000001, 8, 9]);
  });

  it('multiplies and adds at once with relaxed SIMD, rounded once or twice', () => {
    expect(wasmFeatures().relaxedSimd).toBe(true);
    const { run, memory } = compiled([], (b) => {
      b.store(48, f32x4.relaxedMadd(v128.load(0), v128.load(16), v128.load(32)));
      b.store(64, f32x4.relaxedNmadd(v128.load(0), v128.load(16), v128.load(32)));
    });
    const floats = new Float32Array(memory);
    floats.set([1 / 3, 3, -7, 1e-20, 3, 5, 1 / 7, 1e20, -1, 2, 0.5, 0.25]);
    run();
    for (let l = 0; l < 4; l++) {
      const [x, y, z] = [floats[l]!, floats[4 + l]!, floats[8 + l]!];
      expect([Math.fround(x * y + z), Math.fround(Math.fround(x * y) + z)]).toContain(floats[12 + l]);
      expect([Math.fround(z - x * y), Math.fround(z - Math.fround(x * y))]).toContain(floats[16 + l]);
    }
  });
});
