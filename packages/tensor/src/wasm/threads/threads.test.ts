// References: the sums that the kernels are written to make, computed here; Node's own event loop and worker threads.
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { f32, i32, ModuleBuilder } from '../assembler';
import { startWorker } from '../platform-node';
import type { ThreadWorker } from './thread-worker';
import { openOneThread, openThreads, type Threads } from './threads';
import { chunkStarts } from './walk.js';

const opened: Threads[] = [];
afterEach(() => {
  for (const threads of opened.splice(0)) threads.destroy();
});

const shared = (): WebAssembly.Memory => new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });

/** Kernels over floats at an address; `spin` takes its time, `trap` fails at item 5, `own` tells which thread takes an item. */
async function kernels(isShared: boolean): Promise<WebAssembly.Module> {
  const m = new ModuleBuilder();
  m.importMemory('env', 'memory', { minimum: 16, maximum: 16, shared: isShared });
  const at = i32.add;
  // y[i] = x[i]·factor + x[reversed]: reads what other chunks of the kernel before wrote.
  m.export(
    m.function('mix', ['i32', 'i32', 'i32', 'i32', 'i32', 'f32'], (b, from, to, x, y, last, factor) =>
      b.for(from, to, 1, (i) => {
        const mirror = f32.load(at(x, i32.shl(i32.sub(last, i), 2)));
        b.store(at(y, i32.shl(i, 2)), f32.add(f32.mul(f32.load(at(x, i32.shl(i, 2))), factor), mirror));
      }),
    ),
  );
  m.export(
    m.function('spin', ['i32', 'i32', 'i32', 'i32'], (b, from, to, x, rounds) =>
      b.for(from, to, 1, (i) =>
        b.for(0, rounds, 1, () => {
          const place = b.let(at(x, i32.shl(i, 2)));
          b.store(place, f32.add(f32.load(place), 1));
        }),
      ),
    ),
  );
  m.export(
    m.function('scale', ['i32', 'i32', 'i32', 'f32'], (b, from, to, x, factor) =>
      b.for(from, to, 1, (i) => {
        const place = b.let(at(x, i32.shl(i, 2)));
        b.store(place, f32.mul(f32.load(place), factor));
      }),
    ),
  );
  m.export(
    m.function('own', ['i32', 'i32', 'i32', 'i32'], (b, from, to, x, thread) =>
      b.for(from, to, 1, (i) => b.store(at(x, i32.shl(i, 2)), thread)),
    ),
  );
  m.export(
    m.function('trap', ['i32', 'i32'], (b, from, to) => b.for(from, to, 1, (i) => b.if(i32.eq(i, 5), () => b.trap()))),
  );
  return await WebAssembly.compile(m.bytes());
}

const SIZE = 1000;
/** 60 kernels to and fro between two arrays, in chunks of every size from 1 up. */
const steps = Array.from({ length: 60 }, (_, k) => ({
  name: 'mix',
  items: SIZE,
  grain: [1000, 1, 7, 333, 999, 50][k % 6]!,
  args: [k % 2 === 0 ? 1024 : 8192, k % 2 === 0 ? 8192 : 1024, SIZE - 1, 0.25 + (k % 5) / 10],
}));

function expected(start: Float32Array): Float32Array {
  let x = start;
  for (const { args } of steps) {
    const factor = Math.fround(args[3]!);
    x = x.map((v, i) => Math.fround(Math.fround(v * factor) + x[SIZE - 1 - i]!));
  }
  return x;
}

async function open(count: number): Promise<{ threads: Threads; module: WebAssembly.Module; floats: Float32Array }> {
  const memory = count === 0 ? new WebAssembly.Memory({ initial: 16, maximum: 16 }) : shared();
  const threads = count === 0 ? openOneThread(memory) : await openThreads(memory, count);
  opened.push(threads);
  return { threads, module: await kernels(count > 0), floats: new Float32Array(memory.buffer) };
}

describe.each([0, 1, 2, 3, 8])('with %d workers', (count) => {
  it('runs kernels in order, each when the one before it is done, again and again', async () => {
    const { threads, module, floats } = await open(count);
    expect(threads.count).toBe(Math.max(1, count));
    const program = await threads.add(module, steps);
    for (let run = 0; run < 20; run++) {
      const start = Float32Array.from({ length: SIZE }, (_, i) => Math.sin(i + run));
      floats.set(start, 256);
      await program.run();
      expect(floats.slice(256, 256 + SIZE)).toEqual(expected(start));
    }
  });

  it('runs what is asked for at once, more than is offered at a time, one after the other', async () => {
    const { threads, module, floats } = await open(count);
    const program = await threads.add(module, steps);
    const start = Float32Array.from({ length: SIZE }, (_, i) => Math.sin(i) / 1e6);
    floats.set(start, 256);
    let last = start;
    const runs: Promise<unknown>[] = [];
    for (let run = 0; run < 3; run++) last = Float32Array.from(expected(last), (v) => v / 2 ** 20);
    const scale = await threads.add(module, [{ name: 'scale', items: SIZE, grain: 7, args: [1024, 2 ** -20] }]);
    for (let run = 0; run < 3; run++) runs.push(program.run(), scale.run());
    // An order between runs, and 80 runs behind it.
    const adding = threads.add(module, [{ name: 'spin', items: 4, grain: 1, args: [16384, 1] }]);
    runs.push(adding.then((added) => Promise.all(Array.from({ length: 80 }, () => added.run()))));
    await Promise.all(runs);
    expect(floats.slice(256, 256 + SIZE)).toEqual(last);
    expect(floats[4096]).toBe(80);
  });

  it('begins a run when the one before it is done, whatever its kernel could begin with', async () => {
    const { threads, module, floats } = await open(count);
    const program = await threads.add(module, [
      { name: 'spin', items: 1, grain: 1, args: [1024, 2 ** 17] },
      { name: 'mix', items: 1, grain: 1, args: [1024, 8192, 0, 0.5], beside: true },
    ]);
    for (let run = 1; run <= 10; run++) {
      await Promise.all([program.run(0, 1), program.run(1, 2)]);
      expect(floats[2048]).toBe(1.5 * run * 2 ** 17);
    }
  });

  it('runs kernels side by side where it is told to, and the next when all of them are done', async () => {
    const { threads, module, floats } = await open(count);
    // Three kernels over parts of their own, of many chunks and of one, then one that reads them all.
    const part = (k: number, grain: number) => ({
      name: 'spin',
      items: 50,
      grain,
      args: [4096 + 200 * k, 100 * (k + 1)],
      beside: k > 0,
    });
    const all = { name: 'mix', items: 150, grain: 10, args: [4096, 8192, 149, 2], beside: false };
    const program = await threads.add(module, [part(0, 1), part(1, 50), part(2, 3), all]);
    for (let run = 1; run <= 30; run++) {
      await program.run();
      const x = Float32Array.from({ length: 150 }, (_, i) => 100 * run * (Math.floor(i / 50) + 1));
      expect(floats.slice(2048, 2198)).toEqual(x.map((v, i) => 2 * v + x[149 - i]!));
    }
  });

  it('runs some of a program, kernels that begin side by side among them', async () => {
    const { threads, module, floats } = await open(count);
    const spin = (k: number) => ({ name: 'spin', items: 9, grain: 2, args: [64 * k, k + 1], beside: k % 3 > 0 });
    const program = await threads.add(module, [0, 1, 2, 3, 4, 5].map(spin));
    const firsts = (): number[] => [0, 1, 2, 3, 4, 5].map((k) => floats[16 * k + 8]!);
    await Promise.all([program.run(1, 2), program.run(2, 5), program.run(3, 3)]);
    expect(firsts()).toEqual([0, 2, 3, 4, 5, 0]);
    await program.run(5);
    await program.run();
    expect(firsts()).toEqual([1, 4, 6, 8, 10, 12]);
  });

  it('tells a kernel which of the threads computes', async () => {
    const { threads, module, floats } = await open(count);
    const program = await threads.add(module, [{ name: 'own', items: SIZE, grain: 1, args: [1024] }]);
    await program.run();
    const numbers = new Int32Array(floats.buffer, 1024, SIZE);
    for (const number of numbers) expect(number >= 0 && number < threads.count).toBe(true);
  });

  it('runs several programs in the order of the calls', async () => {
    const { threads, module, floats } = await open(count);
    const add = (rounds: number) => threads.add(module, [{ name: 'spin', items: 4, grain: 1, args: [0, rounds] }]);
    const [one, ten, none] = await Promise.all([add(1), add(10), threads.add(module, [])]);
    await Promise.all([one.run(), ten.run(), none.run(), one.run()]);
    expect([...floats.subarray(0, 4)]).toEqual([12, 12, 12, 12]);
    one.destroy();
    await ten.run();
    expect(floats[3]).toBe(22);
  });

  it('ends a run whose kernel traps with an error, and those after it', async () => {
    const { threads, module } = await open(count);
    const bad = await threads.add(module, [{ name: 'trap', items: 10, grain: 1, args: [] }, ...steps]);
    const good = await threads.add(module, steps);
    const runs = [bad.run(), good.run()];
    for (const run of runs)
      await expect(run).rejects.toThrow(/^a kernel of the WebAssembly backend failed: unreachable$/);
    await expect(good.run()).rejects.toThrow('unreachable');
  });

  it('refuses what is no export, and numbers that are none', async () => {
    const { threads, module } = await open(count);
    const call = { name: 'mix', items: 0, grain: 1, args: [] };
    await expect(threads.add(module, [call])).rejects.toThrow("kernel 'mix' over 0 items by 1, expected whole");
    await expect(threads.add(module, [{ ...call, name: 'nothing', items: 1 }])).rejects.toThrow(
      "no function 'nothing'",
    );
  });

  it('leaves the event loop to others, and ends when asked', async () => {
    const { threads, module } = await open(count);
    const long = await threads.add(module, [{ name: 'spin', items: 40000, grain: 1, args: [4096, 50000] }]);
    const run = long.run();
    const failed = expect(run).rejects.toThrow('the threads of the WebAssembly backend were ended');
    let turns = 0;
    for (; turns < 5; turns++) await new Promise((resolve) => setTimeout(resolve, 1));
    threads.destroy();
    await failed;
    await expect(long.run()).rejects.toThrow('were ended');
    expect(turns).toBe(5);
  });
});

describe('chunks', () => {
  it.each([
    [1, 1, 1],
    [1000, 1, 2],
    [1000, 7, 3],
    [100_000, 1, 8],
    [5, 100, 2],
  ])(
    'of %d items by %d for %d threads come one after the other, none but the last below a grain',
    (items, grain, threads) => {
      const starts = chunkStarts({ name: '', items, grain, args: [] }, threads);
      expect([starts[0], starts.at(-1)]).toEqual([0, items]);
      const sizes = starts.slice(1).map((end, i) => end - starts[i]!);
      for (const [i, size] of sizes.entries()) {
        expect(size).toBeGreaterThanOrEqual(i < sizes.length - 1 ? grain : 1);
        expect(size).toBeLessThanOrEqual(Math.max(grain, Math.min(64 * grain, Math.ceil(items / (4 * threads)))));
      }
    },
  );

  it('are long at first and grains at the end', () => {
    const starts = chunkStarts({ name: '', items: 684, grain: 1, args: [] }, 2);
    expect(starts.slice(0, 4)).toEqual([0, 64, 128, 192]);
    expect(starts.slice(-5)).toEqual([680, 681, 682, 683, 684]);
  });
});

describe('a worker', () => {
  /** A worker that the test can end. */
  const started: ThreadWorker[] = [];
  const start = (): ThreadWorker => {
    const worker = startWorker();
    started.push(worker);
    return worker;
  };

  it('that dies during a run ends it with an error', async () => {
    const threads = await openThreads(shared(), 2, { start });
    opened.push(threads);
    const long = await threads.add(await kernels(true), [
      { name: 'spin', items: 40000, grain: 100, args: [4096, 50000] },
    ]);
    const failed = expect(long.run()).rejects.toThrow(
      /^a thread of the WebAssembly backend failed: it ended with code 1$/,
    );
    setTimeout(() => started.at(-1)!.terminate(), 20);
    await failed;
  });

  it('that dies without a word ends a run with an error, as in a page', async () => {
    const silent = (): ThreadWorker => {
      const worker = start();
      return { ...worker, listen: (onMessage) => worker.listen(onMessage, () => undefined) };
    };
    const threads = await openThreads(shared(), 2, { start: silent, lookEvery: 400 });
    opened.push(threads);
    const module = await kernels(true);
    const spin = { name: 'spin', items: 40000, grain: 100, args: [4096, 4000] };
    const long = await threads.add(module, [spin]);
    await long.run();
    const failed = expect(long.run()).rejects.toThrow(
      /^a thread of the WebAssembly backend does not answer: nothing was done for 4.8 s$/,
    );
    setTimeout(() => started.at(-1)!.terminate(), 20);
    await failed;
    await expect(threads.add(module, [spin])).rejects.toThrow('does not answer');
  });

  it('that takes a message before this thread goes on computes all the same', async () => {
    const slowly = (): ThreadWorker => {
      const worker = startWorker();
      const post = (message: unknown): void => {
        worker.post(message);
        // Longer than a worker takes to come up, to be there for the message.
        const pause = (message as { type: string }).type === 'start' ? 1500 : 200;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
      };
      return { ...worker, post };
    };
    const memory = shared();
    const threads = await openThreads(memory, 1, { start: slowly });
    opened.push(threads);
    const program = await threads.add(await kernels(true), [{ name: 'spin', items: 4, grain: 2, args: [0, 3] }]);
    await program.run();
    expect([...new Float32Array(memory.buffer, 0, 4)]).toEqual([3, 3, 3, 3]);
  });

  it('whose script does not load is an error of opening', async () => {
    const broken = (): ThreadWorker => {
      const worker = new Worker('throw new Error("no such thread")', { eval: true });
      return {
        ...startWorker(),
        listen: (_, onEnd) => void worker.on('error', ({ message }) => onEnd(message)),
        terminate: () => void worker.terminate(),
      };
    };
    await expect(openThreads(shared(), 1, { start: broken })).rejects.toThrow('no such thread');
    await expect(openThreads(shared(), 0)).rejects.toThrow('0 threads, expected 1 or more');
  });
});
