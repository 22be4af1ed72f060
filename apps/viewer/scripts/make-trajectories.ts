/**
 * Draws the samples that the viewer shows before there is a device, or without one: three of each class of the carried
 * network, as its run samples, with every step on the way.
 *
 *     node --conditions=@noisesmith/source --import tsx apps/viewer/scripts/make-trajectories.ts
 */
import { writeFileAtomic } from '@noisesmith/formats/node';
import { fixedDraw, samplingOptions } from '@noisesmith/runs';
import { openSampling } from '@noisesmith/samplers';
import { openDevice } from '@noisesmith/tensor';
import { collectTrajectories } from '../src/model/states';
import { encodeTrajectories } from '../src/model/trajectories-npz';
import { carried, carriedModel } from './carried';

const PER_CLASS = 3;
const MOST_BYTES = 300_000;

const model = await carriedModel();
const { denoiser, weights } = model;
const options = samplingOptions(model.run);
using device = await openDevice();
using session = await openSampling(device, denoiser, options);
const draw = fixedDraw(denoiser.classes, PER_CLASS);
const trajectories = await collectTrajectories(session, {
  shape: denoiser.imageShape,
  inputScale: options.inputScale,
  request: { weights, ...draw },
});
const bytes = encodeTrajectories(trajectories);
if (bytes.length > MOST_BYTES)
  throw new Error(`make-trajectories: ${bytes.length} bytes; expected at most ${MOST_BYTES}`);
await writeFileAtomic(carried.trajectories, bytes);
console.log(`make-trajectories: ${draw.seeds.length} samples of ${session.steps.length} steps, ${bytes.length} bytes`);
