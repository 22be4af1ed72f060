// References: the interface itself; the same program on another number of threads, to the bit; the oracle.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { add, compile, DeviceError, f32, LimitError, openWasm, trace } from '../index';
import { trainBuild, trainInputs, trainScalars, trainSpec, trainWeights } from '../testing/train-program';

afterEach(() => {
  vi.unstubAllGlobals();
});

const STEPS = 3;
const names = ['params', 'm', 'v', 'average'] as const;

/** States after some steps of training, and losses. */
async function trained(threads?: number): Promise<unknown[]> {
  using backend = await openWasm({ ...(threads !== undefined && { threads }) });
  using program = await compile(backend, trainSpec, trainBuild);
  program.state.write('params', trainWeights());
  const losses = [];
  for (let step = 0; step < STEPS; step++) {
    await program.run(trainInputs(step), trainScalars(step));
    losses.push(await program.read('loss'));
  }
  return [...losses, ...(await Promise.all(names.map((name) => program.state.read(name))))];
}

describe('threads', () => {
  it('do not change a bit', async () => {
    const expected = await trained(1);
    for (const threads of [2, 3, 8, undefined]) expect(await trained(threads)).toEqual(expected);
  });

  it('are one, the caller’s own, where they share no memory, and give the same bits', async () => {
    const expected = await trained(2);
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(await trained()).toEqual(expected);
    await expect(openWasm({ threads: 2 })).rejects.toThrow('2 threads, expected 1, since threads share no memory here');
  });

  it('are a whole number of at most 64', async () => {
    for (const threads of [0, 1.5, 65]) {
      await expect(openWasm({ threads })).rejects.toThrow(`${threads} threads, expected 1 to 64`);
    }
  });
});

it('says what a runtime lacks', async () => {
  const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  try {
    await expect(openWasm({ label: 'cpu' })).rejects.toThrow(DeviceError);
    await expect(openWasm({ label: 'cpu' })).rejects.toThrow('cpu: this runtime has no WebAssembly SIMD: use Node 20,');
  } finally {
    validate.mockRestore();
  }
});

it('refuses in one line what does not fit into 4 GiB', async () => {
  using backend = await openWasm({ threads: 1 });
  const large = { large: f32(2 ** 28), larger: f32(2 ** 30) };
  expect(() => backend.openStore(large)).toThrow(LimitError);
  expect(() => backend.openStore({ larger: f32(2 ** 30) })).toThrow(
    /^state larger: 4294967296 bytes asked for, but free memory of the WebAssembly backend is 4294\d{6} bytes$/,
  );
  // What was taken before is given back.
  expect(backend.liveBytes).toBe(0);
  const inputs = { x: f32(2 ** 30) };
  await expect(compile(backend, { inputs }, (args) => ({ outputs: { y: add(args.inputs.x, 1) } }))).rejects.toThrow(
    'input x: 4294967296 bytes asked for',
  );
  expect(backend.liveBytes).toBe(0);
});

/** As a phone does, which keeps the addresses of a shared memory from the start. */
function stubMemory(mostPages: number): void {
  const Memory = new Proxy(WebAssembly.Memory, {
    construct(target, [descriptor]: [WebAssembly.MemoryDescriptor]) {
      if (descriptor.maximum! > mostPages) throw new RangeError('Out of memory');
      return new target(descriptor);
    },
  });
  const get = (target: object, key: string | symbol): unknown => (key === 'Memory' ? Memory : Reflect.get(target, key));
  vi.stubGlobal('WebAssembly', new Proxy(WebAssembly, { get }));
}

describe('a runtime that gives fewer addresses', () => {
  it('computes the same, and says what there is room for', async () => {
    const expected = await trained(2);
    stubMemory(20000);
    expect(await trained(2)).toEqual(expected);
    using backend = await openWasm({ threads: 1 });
    expect(() => backend.openStore({ large: f32(2 ** 29) })).toThrow(
      /^state large: 2147483648 bytes asked for, but free memory of the WebAssembly backend is 1073\d{6} bytes$/,
    );
  });

  it('is refused where they are too few to be of use', async () => {
    stubMemory(4095);
    await expect(openWasm()).rejects.toThrow(
      new DeviceError('wasm: the runtime gives no memory of 256 MiB of addresses, expected one'),
    );
  });
});

it('keeps what runs that are under way use until they are done', async () => {
  using backend = await openWasm({ threads: 2 });
  const spec = { inputs: { x: f32(70000) }, state: { sum: f32(70000) } };
  using program = await compile(backend, spec, ({ inputs, state }) => ({ state: { sum: add(state.sum, inputs.x) } }));
  const store = program.state;
  const x = new Float32Array(70000).fill(1);
  const runs = Array.from({ length: 6 }, () => program.run({ x }));
  // Runs see what was given to them, not what comes later.
  x.fill(100);
  const sum = store.read('sum');
  program.destroy();
  using next = backend.openStore({ other: f32(70000) });
  next.write('other', new Float32Array(70000).fill(7));
  await Promise.all(runs);
  expect(await sum).toEqual(new Float32Array(70000).fill(6));
  expect(await next.read('other')).toEqual(new Float32Array(70000).fill(7));
});

it('plans with sharing of buffers: one range of temporary memory', async () => {
  using backend = await openWasm({ threads: 1 });
  const program = await backend.compile(trace(trainSpec, trainBuild));
  expect(program.plan.slots.length).toBe(1);
  expect(backend.liveBytes).toBe(program.bytes + 4 * 4 * trainSpec.state.params.size);
  program.destroy();
  expect(backend.liveBytes).toBe(0);
});
