// Reference: the interface itself. Every backend answers each call alike, and says the same of a wrong one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, type Backend, compile, DeviceLostError, f32, layoutOf, mul, openOracle, u32 } from './index';
import { backends } from './testing/backends';

const layout = layoutOf({ a: [3], b: [2] });
const spec = { inputs: { x: f32(4), n: u32(2) }, state: { sum: f32(4) }, scalars: ['rate'] } as const;
const inputs = { x: Float32Array.of(1, 2, 3, 4), n: Uint32Array.of(7, 8) };

const program = (backend: Backend, store = backend.openStore(spec.state)) =>
  compile(
    backend,
    spec,
    ({ inputs, state, scalars }) => {
      const sum = add(state.sum, mul(inputs.x, scalars.rate));
      return { outputs: { doubled: mul(sum, 2), n: add(inputs.n, 1) }, state: { sum } };
    },
    { store, label: 'adder' },
  );

describe.each(backends)('%s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.destroy());

  it('keeps states from run to run and gives outputs of their type', async () => {
    using store = backend.openStore(spec.state);
    using adder = await program(backend, store);
    await adder.run(inputs, { rate: 1 });
    await adder.run(inputs, { rate: 0.5 });
    expect(await adder.read('doubled')).toEqual(Float32Array.of(3, 6, 9, 12));
    expect(await adder.read('n')).toEqual(Uint32Array.of(8, 9));
    expect(await store.read('sum')).toEqual(Float32Array.of(1.5, 3, 4.5, 6));
    expect(adder.state).toBe(store);
  });

  it('brings outputs to the host with the run or when they are asked for, as they are after it', async () => {
    for (const fetch of [[], ['y']]) {
      using adder = await compile(
        backend,
        { state: { x: f32(2) } },
        ({ state: { x } }) => ({ outputs: { y: add(x, 1) }, state: { x: add(x, 1) } }),
        { fetch },
      );
      expect(await adder.read('y')).toEqual(new Float32Array(2));
      for (const expected of [1, 2, 3]) {
        await adder.run();
        expect((await adder.read('y'))[1]).toBe(expected);
      }
    }
  });

  it('refuses inputs, scalars and outputs that are missing or wrong', async () => {
    using adder = await program(backend);
    const rate = { rate: 1 };
    await expect(adder.run({ x: inputs.x }, rate)).rejects.toThrow("input 'n' takes 2 u32 elements, got nothing");
    await expect(adder.run({ ...inputs, x: new Float32Array(3) }, rate)).rejects.toThrow(
      "input 'x' takes 4 f32 elements, got 3",
    );
    await expect(adder.run({ ...inputs, n: Float32Array.of(1, 2) }, rate)).rejects.toThrow(
      "input 'n' is u32, got a Float32Array",
    );
    await expect(adder.run(inputs)).rejects.toThrow("scalar 'rate' was not given a value");
    await expect(adder.read('sum')).rejects.toThrow("output 'sum' does not exist (outputs: doubled, n)");
    adder.destroy();
    await expect(adder.run(inputs, rate)).rejects.toThrow('adder: used after it was destroyed');
    await expect(adder.read('n')).rejects.toThrow('adder: used after it was destroyed');
  });

  it('writes and reads parts of a state', async () => {
    using store = backend.openStore({ params: layout, n: u32(5) });
    store.write('n', Uint32Array.of(1, 2, 3, 4, 5));
    store.write('n', Uint32Array.of(8, 9), 2);
    await store.load('n', Uint32Array.of(2 ** 32 - 1), 4);
    expect(await store.read('n')).toEqual(Uint32Array.of(1, 2, 8, 9, 2 ** 32 - 1));
    expect(await store.read('n', 1, 3)).toEqual(Uint32Array.of(2, 8, 9));
    expect(await store.read('n', 3)).toEqual(Uint32Array.of(9, 2 ** 32 - 1));
    expect(await store.read('n', 5)).toEqual(new Uint32Array(0));
    await store.load('params', new Float32Array(layout.size).fill(3));
    expect(await store.read('params', 64, 2)).toEqual(Float32Array.of(3, 3));
  });

  it('refuses parts that do not fit, and names that it does not have', async () => {
    using store = backend.openStore({ x: f32(4) });
    const part = (text: string) => `state 'x' has 4 elements; expected a part of them, got ${text}`;
    expect(() => store.write('x', new Float32Array(3))).toThrow("state 'x' takes 4 elements, got 3");
    await expect(store.load('x', new Float32Array(5))).rejects.toThrow("state 'x' takes 4 elements, got 5");
    expect(() => store.write('x', new Float32Array(3), 2)).toThrow(part('3 from 2 on'));
    await expect(store.load('x', new Float32Array(1), 0.5)).rejects.toThrow(part('1 from 0.5 on'));
    await expect(store.read('x', 5)).rejects.toThrow(part('-1 from 5 on'));
    await expect(store.read('x', 0, 5)).rejects.toThrow(part('5 from 0 on'));
    const unknown = "state 'y' is not in the store (it holds x)";
    expect(() => store.write('y', new Float32Array(4))).toThrow(unknown);
    await expect(store.read('y')).rejects.toThrow(unknown);
    expect(() => store.alias({ z: 'y' })).toThrow(unknown);
    store.destroy();
    const destroyed = "state 'x': used after its store was destroyed";
    expect(() => store.write('x', new Float32Array(4))).toThrow(destroyed);
    await expect(store.read('x')).rejects.toThrow(destroyed);
  });

  it('runs over an alias as over the state itself', async () => {
    using store = backend.openStore({ average: f32(4), other: f32(1) });
    store.write('average', Float32Array.of(10, 20, 30, 40));
    const alias = store.alias({ sum: 'average' });
    expect(Object.keys(alias.spec)).toEqual(['sum']);
    const before = backend.liveBytes;
    using adder = await program(backend, alias);
    await adder.run(inputs, { rate: 1 });
    expect(await store.read('average')).toEqual(Float32Array.of(11, 22, 33, 44));
    expect(await alias.read('sum')).toEqual(await store.read('average'));
    adder.destroy();
    alias.destroy();
    await expect(alias.read('sum')).rejects.toThrow("state 'sum': used after its store was destroyed");
    expect(backend.liveBytes).toBeLessThanOrEqual(before);
    expect((await store.read('average'))[0]).toBe(11);
    const late = store.alias({ sum: 'average' });
    store.destroy();
    await expect(late.read('sum')).rejects.toThrow('used after its store was destroyed');
  });

  it('joins states of its own with those of another store', async () => {
    using run = backend.openStore({ ema: f32(4) });
    run.write('ema', Float32Array.of(1, 1, 1, 1));
    using joined = backend.openStore({ sum: f32(4), x: f32(2) }, run.alias({ sum: 'ema' }));
    using adder = await program(backend, joined);
    await adder.run(inputs, { rate: 1 });
    expect(await run.read('ema')).toEqual(Float32Array.of(2, 3, 4, 5));
    expect(await joined.read('x')).toEqual(new Float32Array(2));
    joined.destroy();
    expect((await run.read('ema'))[3]).toBe(5);
    expect(() => backend.openStore({ ema: f32(3) }, run)).toThrow(
      "state 'ema' is 3 elements of f32, the store holds 4 elements of f32",
    );
  });

  it('refuses a store that lacks a state, has it otherwise, or is of another backend', async () => {
    using lacking = backend.openStore({ other: f32(4) });
    await expect(program(backend, lacking)).rejects.toThrow("state 'sum' is not in the store (it holds other)");
    using wrong = backend.openStore({ sum: u32(4) });
    await expect(program(backend, wrong)).rejects.toThrow(
      "state 'sum' is 4 elements of f32, the store holds 4 elements of u32",
    );
    using other = openOracle();
    await expect(program(backend, other.openStore(spec.state))).rejects.toThrow(
      'the store given is of another backend',
    );
  });

  it('counts the bytes that stores and programs hold', async () => {
    const before = backend.liveBytes;
    using store = backend.openStore({ x: f32(1000) });
    expect(backend.liveBytes).toBeGreaterThanOrEqual(before + 4000);
    store.destroy();
    store.destroy();
    expect(backend.liveBytes).toBe(before);
    const failing = program(backend, backend.openStore({ x: f32(10) }));
    await expect(failing).rejects.toThrow();
  });

  it('ends once, and says so to everyone', async () => {
    using ended = await open();
    const store = ended.openStore(spec.state);
    const adder = await program(ended, store);
    ended.destroy();
    ended.destroy();
    const { reason } = await ended.lost;
    expect(reason).toBe('destroyed');
    expect(ended.liveBytes).toBe(0);
    expect(() => ended.openStore(spec.state)).toThrow(DeviceLostError);
    const refused = [
      adder.run(inputs, { rate: 1 }),
      adder.read('n'),
      store.read('sum'),
      ended.idle(),
      program(ended, store),
    ];
    for (const one of await Promise.allSettled(refused)) {
      expect(one).toMatchObject({ status: 'rejected', reason: expect.any(DeviceLostError) });
    }
    adder.destroy();
    store.destroy();
    expect(ended.liveBytes).toBe(0);
  });
});
