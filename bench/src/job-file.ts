import { readFile, writeFile } from 'node:fs/promises';
import { type NdArray, readSafetensors, writeSafetensors } from '@noisesmith/formats';
import type { HostTensor, HostTensors } from './host-tensor';
import type { Job } from './job';

/** A job with everything that it takes, the same for every contestant. */
export interface JobData {
  readonly job: Job;
  /** What a contestant starts from. */
  readonly inputs: HostTensors;
  /** Float64 results by name. One may hold the first examples of a batch only. Empty for train jobs. */
  readonly expected: ReadonlyMap<string, Float64Array>;
}

const inputPrefix = 'input.';
const expectedPrefix = 'expected.';

/** Host tensors as a safetensors file takes them. */
export const asNdArrays = (tensors: HostTensors, prefix = ''): Record<string, NdArray> =>
  Object.fromEntries(
    [...tensors].map(([name, { shape, data }]) => [`${prefix}${name}`, { dtype: 'F32', shape: [...shape], data }]),
  );

/** Writes a job as a safetensors file. */
export async function writeJob(path: string, { job, inputs, expected }: JobData): Promise<void> {
  const results: [string, NdArray][] = [...expected].map(([name, data]) => [
    `${expectedPrefix}${name}`,
    { dtype: 'F64', shape: [data.length], data },
  ]);
  const tensors = { ...asNdArrays(inputs, inputPrefix), ...Object.fromEntries(results) };
  await writeFile(path, writeSafetensors(tensors, { job: JSON.stringify(job) }));
}

/** Reads what {@link writeJob} writes. @throws Error when the file is something else */
export async function readJob(path: string): Promise<JobData> {
  const { metadata, tensors } = readSafetensors(await readFile(path), { name: path });
  if (metadata.job === undefined) throw new Error(`${path}: no job in its metadata`);
  const inputs = new Map<string, HostTensor>();
  const expected = new Map<string, Float64Array>();
  for (const [name, { dtype, shape, data }] of tensors) {
    if (dtype === 'F32' && name.startsWith(inputPrefix)) {
      inputs.set(name.slice(inputPrefix.length), { shape, data: data as Float32Array<ArrayBuffer> });
    } else if (dtype === 'F64' && name.startsWith(expectedPrefix)) {
      expected.set(name.slice(expectedPrefix.length), data as Float64Array);
    } else throw new Error(`${path}: unexpected tensor ${JSON.stringify(name)} of type ${dtype}`);
  }
  return { job: JSON.parse(metadata.job) as Job, inputs, expected };
}
