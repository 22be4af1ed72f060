import { hostTensor, sizeOf } from './host-tensor';
import type { Job } from './job';
import type { JobData } from './job-file';
import { inputShapes, type Op } from './ops';
import { normalSource, uniformSource } from './random-batch';
import { denoiseReference, samplingReference } from './reference/network';
import { opReference } from './reference/op';
import { denoiseInputs, sampleInputs } from './sampling-data';
import { trainInputs } from './train-data';

const opSeed = 3;

/** Standard normal inputs of an op. */
const opInputs = (op: Op) => {
  const normal = normalSource(uniformSource(opSeed));
  return new Map(
    Object.entries(inputShapes(op)).map(([name, shape]) => [
      name,
      hostTensor(shape, Float32Array.from({ length: sizeOf(shape) }, normal)),
    ]),
  );
};

/** Makes a job's inputs and computes its float64 results, once for all contestants. */
export async function prepareJob(job: Job): Promise<JobData> {
  switch (job.kind) {
    case 'train':
      return { job, inputs: trainInputs(job.config, job.repeats + 1), expected: new Map() };
    case 'op': {
      const inputs = opInputs(job.op);
      return { job, inputs, expected: opReference(job.op, inputs) };
    }
    case 'denoise': {
      const inputs = denoiseInputs(job.config);
      return { job, inputs, expected: denoiseReference(job.config, inputs) };
    }
    case 'sample': {
      const inputs = sampleInputs(job.config);
      return { job, inputs, expected: await samplingReference(job.config, job.levels.length, inputs) };
    }
  }
}
