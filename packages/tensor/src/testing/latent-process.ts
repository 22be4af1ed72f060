/**
 * A process of its own that trains as `trainLatents` does, with the tuning table kept in a folder:
 *
 *     node --conditions=@noisesmith/source --import tsx packages/tensor/src/testing/latent-process.ts FOLDER STEPS
 *
 * It prints the digest of every state and of the losses as JSON.
 */
import { argv } from 'node:process';
import { compile, openDevice, openTuningStore, tuningKey } from '../index';
import { digestsOf } from './digests';
import { latentBuild, latentSpec, trainLatents } from './latent-train';

const [folder, steps] = argv.slice(2);
using device = await openDevice();
const tuning = await openTuningStore({ location: folder!, onWarning: console.error }).read(tuningKey(device.target));
if (!tuning) throw new Error(`no tuning table for this adapter in ${folder}`);
using program = await compile(device, latentSpec, latentBuild, { tuning });
console.log(JSON.stringify(digestsOf(await trainLatents(program, Number(steps)))));
