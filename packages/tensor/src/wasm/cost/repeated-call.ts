import type { WasmOwner } from '../owner';
import type { KernelCall } from '../threads/threads';

/** A kernel to be timed by itself: each repeat begins when the one before it is done, as kernels of a program do. */
export async function repeatedCall(owner: WasmOwner, module: WebAssembly.Module, call: KernelCall, most: number) {
  const repeated = Array.from({ length: most }, () => ({ ...call, beside: false }));
  const program = await owner.threadsDone(owner.threads.add(module, repeated));
  return {
    /** Seconds of a run of `repeats` of it, the message at the end included. */
    measure: (repeats: number): Promise<number> =>
      owner.order.add(async () => {
        owner.check();
        const start = performance.now();
        await owner.threadsDone(program.run(0, repeats));
        return (performance.now() - start) / 1000;
      }),
    end: () => owner.order.soon(() => program.destroy()),
  };
}
