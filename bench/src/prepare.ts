import { convolutionShapes } from './convolutions';
import { type HostTensors, hostTensor, sizeOf, tensorNamed } from './host-tensor';
import type { Job } from './job';
import type { JobData } from './job-file';
import { inputShapes } from './ops';
import { normalSource, uniformSource } from './random-batch';
import { convolution } from './reference/convolution';
import { firstFeatures, INPUT_SIDE } from './reference/features';
import { frechetPair } from './reference/frechet';
import { denoiseReference, samplingReference } from './reference/network';
import { opReference } from './reference/op';
import { denoiseInputs, sampleInputs } from './sampling-data';
import { trainInputs } from './train-data';

const opSeed = 3;

/** Standard normal values in tensors of those shapes. */
const normalInputs = (shapes: Readonly<Record<string, readonly number[]>>): HostTensors => {
  const normal = normalSource(uniformSource(opSeed));
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      hostTensor(shape, Float32Array.from({ length: sizeOf(shape) }, normal)),
    ]),
  );
};

/** Images of noise and of waves, each another: what networks make of them differs. */
function images(batch: number): HostTensors {
  const shape = [batch, INPUT_SIDE, INPUT_SIDE, 3];
  const uniform = uniformSource(opSeed);
  const each = sizeOf(shape) / batch;
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [image, at] = [Math.floor(i / each), i % each];
    const [y, x, c] = [Math.floor(at / (3 * INPUT_SIDE)), Math.floor(at / 3) % INPUT_SIDE, at % 3];
    return 0.5 + 0.4 * Math.sin((image + 1 + c) * 0.02 * (x + 0.5 * y)) + 0.2 * (uniform() - 0.5);
  });
  return new Map([['images', hostTensor(shape, data)]]);
}

/** Makes a job's inputs and computes its float64 results, once for all contestants. */
export async function prepareJob(job: Job): Promise<JobData> {
  switch (job.kind) {
    case 'train':
      return { job, inputs: trainInputs(job.config, job.repeats + 1), expected: new Map() };
    case 'op': {
      const inputs = normalInputs(inputShapes(job.op));
      return { job, inputs, expected: opReference(job.op, inputs) };
    }
    case 'convolution': {
      const inputs = normalInputs(convolutionShapes(job.convolution));
      const [x, w] = ['x', 'w'].map((name) => tensorNamed(inputs, name).data);
      return { job, inputs, expected: new Map([['y', convolution(job.convolution, x!, w!)]]) };
    }
    case 'features':
    case 'stream': {
      const inputs = images(job.batch);
      const expected = await firstFeatures(tensorNamed(inputs, 'images').data);
      return { job, inputs, expected: new Map([['features', expected]]) };
    }
    case 'frechet': {
      const { distance } = frechetPair(job.size);
      return { job, inputs: new Map(), expected: new Map([['distance', Float64Array.of(distance)]]) };
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
