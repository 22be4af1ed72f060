/**
 * A process of its own that trains as `trainLatents` does, on WebGPU with the tuning table kept in a folder, or on
 * WebAssembly with some threads:
 *
 *     node --conditions=@noisesmith/source --import tsx packages/tensor/src/testing/latent-process.ts webgpu FOLDER STEPS
 *     node --conditions=@noisesmith/source --import tsx packages/tensor/src/testing/latent-process.ts wasm THREADS STEPS
 *
 * It prints the digest of every state and of the losses as JSON.
 */
import process, { argv } from 'node:process';
import { compile, openDevice, openTuningStore, openWasm, type Program, tuningKey } from '../index';
import { digestsOf } from './digests';
import { latentBuild, latentSpec, trainLatents } from './latent-train';

const [kind, given, steps] = argv.slice(2);

async function onWebGpu(folder: string): Promise<Program> {
  const device = await openDevice();
  const tuning = await openTuningStore({ location: folder, onWarning: console.error }).read(tuningKey(device.target));
  if (!tuning) throw new Error(`no tuning table for this adapter in ${folder}`);
  return await compile(device, latentSpec, latentBuild, { tuning });
}

const onWasm = async (threads: number): Promise<Program> =>
  await compile(await openWasm({ threads }), latentSpec, latentBuild);

const program = kind === 'wasm' ? await onWasm(Number(given)) : await onWebGpu(given!);
console.log(JSON.stringify(digestsOf(await trainLatents(program, Number(steps)))));
// Threads and devices end with it.
process.exit();
