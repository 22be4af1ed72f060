// References: the same programs in plans that keep nothing, to the bit; the oracle.
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  add,
  f32,
  interpret,
  matmul,
  mul,
  planBytes,
  rem,
  reshape,
  slice,
  type TypedArray,
  trace,
  transpose,
} from '../index';
import { relativeError } from '../testing/compare';
import { spread } from '../testing/finite-differences';
import { Random } from '../testing/fuzz/random';
import { Wasm } from './backend';
import { openWasm } from './open';

const N = 24;
const weights = { w: f32(N, N), v: f32(N, N) };
const values = (size: number, seed: number): Float32Array => Float32Array.from(spread(size, seed), (x) => x / 4);

/** Reads both states, one of them in two layouts. */
const reader = trace({ inputs: { x: f32(N, N) }, state: weights }, ({ inputs: { x }, state: { w, v } }) => ({
  outputs: { y: matmul(matmul(x, w), v), z: matmul(x, transpose(w)) },
}));
/** Assigns one of them, and reads it; another value in every run, which is copied there at its end. */
const writer = trace({ state: { w: f32(N, N) } }, ({ state: { w } }) => ({
  state: { w: rem(mul(matmul(w, w), 3), 1) },
}));
/** The same, written in place. */
const shifter = trace({ state: { w: f32(N, N) } }, ({ state: { w } }) => ({ state: { w: rem(add(w, 0.75), 1) } }));

const threadsOf = [
  ['1 thread', 1],
  ['2 threads', 2],
  ['the caller’s thread', undefined],
] as const;

/** Opened as asked; without a number on the caller's thread, as where no memory is shared. */
async function opened(threads: number | undefined): Promise<Wasm> {
  if (threads === undefined) vi.stubGlobal('SharedArrayBuffer', undefined);
  return await openWasm(threads === undefined ? {} : { threads });
}

/** Keeps no layouts. */
async function openedPlain(): Promise<Wasm> {
  const { label, target, heap, threads } = await openWasm({ threads: 1 });
  return new Wasm(label, { ...target, limits: { ...target.limits, keptBytes: 0 } }, heap, threads);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

/** What may happen to states. Nothing is awaited but what is read. */
const ACTIONS = ['run', 'write', 'part', 'load', 'alias', 'assign', 'in place', 'profile'] as const;
type Action = (typeof ACTIONS)[number];

/** Outputs y and z after each run of a list of actions, all runs with the same input: what differs is of the states. */
async function played(backend: Wasm, actions: readonly Action[]): Promise<TypedArray[]> {
  const store = backend.openStore(weights);
  const alias = store.alias({ w: 'v', other: 'w' });
  const shared = backend.openStore({ ...weights, own: f32(N) }, store);
  const program = await backend.compile(reader, { store });
  const assigning = await backend.compile(writer, { store: shared });
  /** Writes v, by its other name. */
  const aliased = await backend.compile(shifter, { store: alias });
  for (const [i, name] of ['w', 'v'].entries()) store.write(name, values(N * N, i));
  const read: Promise<TypedArray>[] = [];
  const done: Promise<unknown>[] = [];
  for (const [i, action] of actions.entries()) {
    const fresh = values(N * N, 10 + i);
    if (action === 'run') {
      done.push(program.run({ x: values(N * N, 2) }));
      read.push(program.read('y'), program.read('z'));
    }
    if (action === 'write') store.write('w', fresh);
    if (action === 'part') shared.write('v', fresh.subarray(0, 5), 40 + i);
    if (action === 'load') done.push(store.load('v', fresh));
    if (action === 'alias') alias.write('other', fresh);
    if (action === 'assign') done.push(assigning.run());
    if (action === 'in place') done.push(aliased.run());
    if (action === 'profile') await aliased.profile({ atLeast: 0 });
  }
  await Promise.all(done);
  const all = await Promise.all(read);
  for (const one of [program, assigning, aliased, alias, shared, store]) one.destroy();
  return all;
}

describe.each(threadsOf)('on %s', (_, threads) => {
  it('a layout is kept as long as nothing writes the state', async () => {
    using backend = await opened(threads);
    using program = await backend.compile(reader);
    // w as it is and turned, v.
    expect(program.plan.kept).toHaveLength(3);
    const [w, v, x] = [0, 1, 2].map((seed) => values(N * N, seed));
    program.state.write('w', w!);
    program.state.write('v', v!);
    await program.run({ x: x! });
    const { y, z } = interpret(reader, { inputs: { x: x! }, state: { w: w!, v: v! } }).outputs;
    expect(relativeError(y!, await program.read('y'))).toBeLessThan(1e-5);
    const before = await Promise.all([program.read('y'), program.read('z')]);
    expect(relativeError(z!, before[1]!)).toBeLessThan(1e-5);
    // What is changed without a write that the store knows of shows that nobody reads there.
    backend.heap.write(program.state.address('w'), new Float32Array(N * N));
    await program.run({ x: x! });
    expect(await Promise.all([program.read('y'), program.read('z')])).toEqual(before);
    program.state.write('v', v!);
    await program.run({ x: x! });
    expect(await program.read('y')).toEqual(new Float32Array(N * N));
  });

  it.each(ACTIONS)('follows: %s', async (action) => {
    const actions: readonly Action[] = ['run', 'run', action, 'run', 'run', action, action, 'run'];
    using plain = await openedPlain();
    const expected = await played(plain, actions);
    // y of the runs before and behind it.
    if (action === 'run') expect(expected[4]).toEqual(expected[2]);
    else expect(expected[4]).not.toEqual(expected[2]);
    expect(expected.flatMap((one) => [...one]).every(Number.isFinite)).toBe(true);
    using backend = await opened(threads);
    expect(await played(backend, actions)).toEqual(expected);
  });

  it('follows whatever comes, in any order', async () => {
    const random = new Random(7);
    const often = ACTIONS.filter((action) => action !== 'profile');
    const actions = Array.from({ length: 80 }, () => (random.chance(0.5) ? 'run' : random.pick(often)));
    using plain = await openedPlain();
    const expected = await played(plain, actions);
    using backend = await opened(threads);
    expect(await played(backend, actions)).toEqual(expected);
  });
});

it('follows a state that is written under a name by the program that reads it under another', async () => {
  const graph = trace({ state: weights, inputs: { x: f32(N, N) } }, ({ inputs: { x }, state: { w, v } }) => ({
    outputs: { y: matmul(x, w) },
    state: { v: rem(add(v, 0.75), 1) },
  }));
  const outputs = async (backend: Wasm): Promise<TypedArray[]> => {
    const store = backend.openStore({ both: f32(N, N) });
    using program = await backend.compile(graph, { store: store.alias({ w: 'both', v: 'both' }) });
    store.write('both', values(N * N, 0));
    const runs = [1, 2, 3].map(() => [program.run({ x: values(N * N, 1) }), program.read('y')] as const);
    return await Promise.all(runs.map(([, y]) => y));
  };
  using backend = await openWasm({ threads: 2 });
  using plain = await openedPlain();
  const expected = await outputs(plain);
  expect(expected[1]).not.toEqual(expected[0]);
  expect(await outputs(backend)).toEqual(expected);
});

it('follows a load of several parts, of which a run sees the first alone', async () => {
  const large = 2 ** 24;
  const spec = { inputs: { x: f32(N, N) }, state: { w: f32(large + N * N) } };
  const graph = trace(spec, ({ inputs: { x }, state: { w } }) => ({
    outputs: { y: matmul(x, reshape(slice(w, [large], [N * N]), [N, N])) },
  }));
  using backend = await openWasm({ threads: 1 });
  using program = await backend.compile(graph);
  const x = new Float32Array(N * N).fill(1);
  const loaded = program.state.load('w', new Float32Array(large + N * N).fill(1));
  const first = program.run({ x });
  const y = program.read('y');
  await Promise.all([loaded, first]);
  expect(await y).toEqual(new Float32Array(N * N));
  await program.run({ x });
  expect(await program.read('y')).toEqual(new Float32Array(N * N).fill(N));
});

it('takes memory that the plan tells, and gives it back', async () => {
  using backend = await openWasm({ threads: 1 });
  const program = await backend.compile(reader);
  const { state, temporary, other } = planBytes(reader, program.plan);
  const kept = program.plan.kept.reduce((sum, bytes) => sum + bytes, 0);
  expect(kept).toBe(3 * 4 * N * N);
  // Inputs beside it; a program without scalars is counted a word for them, of which nothing is taken here.
  expect(other).toBe(kept + 4 * N * N + 4);
  expect(backend.liveBytes).toBe(state + temporary + other - 4);
  expect(program.bytes).toBe(temporary + other - 4);
  program.destroy();
  expect(backend.liveBytes).toBe(0);
});

it('keeps nothing of a state that the program writes', async () => {
  using backend = await openWasm({ threads: 1 });
  using program = await backend.compile(writer);
  expect(program.plan.kernels.some(({ layout }) => layout)).toBe(true);
  expect(program.plan.kept).toEqual([]);
});
