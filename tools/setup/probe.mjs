// Run as a process of its own, because a broken driver can crash it: prints one line of JSON about the WebGPU adapter.
// Argument: the webgpu package's address.

const address = process.argv[2];
if (!address) throw new Error('usage: node probe.mjs FILE_URL_OF_WEBGPU');

/** @param {import('./adapter-plan.mjs').Probe} probe */
function answer(probe) {
  process.stdout.write(`\n${JSON.stringify(probe)}\n`, () => process.exit(0));
}

try {
  const { create } = await import(address);
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  answer(adapter ? { outcome: 'adapter', name: adapter.info.description || adapter.info.device } : { outcome: 'none' });
} catch (error) {
  answer({ outcome: 'broken', reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) });
}
