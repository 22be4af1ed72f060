// References: the same weights as nsfwjs has them, laid out as the file of FID is; batch norm by its formula; sums in doubles.
import { bytesSource, collectParts, openSafetensors, type RangeSource, safetensorsParts } from '@noisesmith/formats';
import { beforeAll, describe, expect, it } from 'vitest';
import { legacyTorchFile } from '../testing/fid-file';
import { uniforms } from '../testing/sets';
import { convertInceptionWeights, fidWeightsFile, readInceptionWeights } from './fid-file';
import { convLayers } from './layers';
import { nsfwWeights } from './nsfw';
import { type InceptionWeights, sha256 } from './weights';

type Tensors = Map<string, { shape: readonly number[]; data: Float32Array }>;

/** [height, width, in, out] to [out, in, height, width]. */
function outermostFirst(kernel: Float32Array, inputs: number, outputs: number): Float32Array {
  const taps = kernel.length / (inputs * outputs);
  const turned = new Float32Array(kernel.length);
  let at = 0;
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++)
      for (let t = 0; t < taps; t++) turned[at++] = kernel[(t * inputs + i) * outputs + o]!;
  }
  return turned;
}

/** The convolutions with batch norms that leave them as they are up to rounding, and a last layer of random numbers. */
function stateDict({ convolutions }: InceptionWeights): Tensors {
  const tensors: Tensors = new Map();
  for (const { inputs, name, outputs, size } of convLayers) {
    const { bias, kernel } = convolutions.get(name)!;
    const vector = (data: Float32Array) => ({ shape: [outputs], data });
    tensors.set(`${name}.conv.weight`, {
      shape: [outputs, inputs, ...size],
      data: outermostFirst(kernel, inputs, outputs),
    });
    tensors.set(`${name}.bn.weight`, vector(new Float32Array(outputs).fill(1)));
    tensors.set(`${name}.bn.bias`, vector(bias));
    tensors.set(`${name}.bn.running_mean`, vector(new Float32Array(outputs)));
    tensors.set(`${name}.bn.running_var`, vector(new Float32Array(outputs).fill(0.999)));
  }
  const random = uniforms(3);
  const fc = Float32Array.from({ length: 1008 * 2048 }, () => random() - 0.5);
  tensors.set('fc.weight', { shape: [1008, 2048], data: fc });
  tensors.set('fc.bias', { shape: [1008], data: Float32Array.from({ length: 1008 }, () => random()) });
  return tensors;
}

/** All numbers of the network one behind the other: so many are compared as bytes. */
function bytesOf({ convolutions, head }: InceptionWeights): Buffer {
  const arrays = [...convolutions.values()].flatMap(({ bias, kernel }) => [kernel, bias]);
  for (const { bias, weight } of head) arrays.push(weight, bias);
  return Buffer.concat(arrays.map(({ buffer, byteLength, byteOffset }) => Buffer.from(buffer, byteOffset, byteLength)));
}

let nsfw: InceptionWeights;
let tensors: Tensors;
let file: Uint8Array<ArrayBuffer>;
let digest: string;
let direct: InceptionWeights;
beforeAll(async () => {
  nsfw = await nsfwWeights('fid');
  tensors = stateDict(nsfw);
  // One layer whose batch norm does something.
  const random = uniforms(4);
  for (const part of ['weight', 'bias', 'running_mean', 'running_var']) {
    tensors.get(`Mixed_6b.branch7x7_2.bn.${part}`)!.data.forEach((_, i, data) => {
      data[i] = part === 'bias' || part === 'running_mean' ? random() - 0.5 : 0.5 + random();
    });
  }
  file = legacyTorchFile(tensors);
  digest = await sha256(file);
  direct = await readInceptionWeights(source());
});

const source = (name = 'fid.pth'): RangeSource => bytesSource(file, name);

it('has the tensors, and the size, of the published file', () => {
  expect(tensors.size).toBe(472);
  const floats = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  expect(floats).toBe(23_885_392);
  // The published file has its keys and names beside them in other lengths.
  expect(Math.abs(file.length - fidWeightsFile.bytes)).toBeLessThan(20_000);
});

describe('a file of torch.save becomes safetensors once', () => {
  it('with the same tensors, and where they are from', async () => {
    const converted = await convertInceptionWeights(source(), {
      sha256: digest,
      origin: 'https://example.org/fid.pth',
    });
    expect(converted.digest).toBe(digest);
    const bytes = await collectParts(converted.parts);
    const opened = await openSafetensors(bytesSource(bytes, 'fid.safetensors'));
    expect(opened.metadata).toEqual({
      network: 'inception-2015-12-05',
      origin: 'https://example.org/fid.pth',
      sha256: digest,
    });
    expect(opened.names).toEqual([...tensors.keys()]);
    for (const name of ['Conv2d_1a_3x3.conv.weight', 'Mixed_7c.branch_pool.bn.running_var', 'fc.bias']) {
      expect((await opened.read(name)).data).toEqual(tensors.get(name)!.data);
    }
    const weights = await readInceptionWeights(bytesSource(bytes, 'fid.safetensors'));
    expect(bytesOf(weights).equals(bytesOf(direct))).toBe(true);
    expect(weights).toMatchObject({ name: 'inception', digest, lastPool: 'max', range: 'resize' });
    expect(weights.caveat).toMatch(/not comparable with published FID$/);
  });

  it('only if it has the SHA-256 that it should', async () => {
    await expect(convertInceptionWeights(source())).rejects.toThrow(
      new RegExp(`^fid\\.pth: its SHA-256 is ${digest}, expected ${fidWeightsFile.sha256} \\(${file.length} bytes\\)$`),
    );
  });
});

it('batch norm is folded into kernels and biases', () => {
  for (const { name } of convLayers) {
    if (name === 'Mixed_6b.branch7x7_2') continue;
    const { kernel, bias } = direct.convolutions.get(name)!;
    // 1/√(0.999 + 0.001) is one up to the rounding of 0.999 to a float.
    const expected = nsfw.convolutions.get(name)!;
    let largest = 0;
    for (let i = 0; i < kernel.length; i++) {
      largest = Math.max(largest, Math.abs(kernel[i]! - expected.kernel[i]!) / (Math.abs(expected.kernel[i]!) + 1e-9));
    }
    expect(largest).toBeLessThan(2e-7);
    expect(bias).toEqual(expected.bias);
  }
  // y = (conv(x) − mean)/√(variance + 10⁻³) · weight + bias, Ioffe & Szegedy 2015, algorithm 2.
  const { kernel, bias } = direct.convolutions.get('Mixed_6b.branch7x7_2')!;
  const norm = (part: string) => tensors.get(`Mixed_6b.branch7x7_2.bn.${part}`)!.data;
  const raw = tensors.get('Mixed_6b.branch7x7_2.conv.weight')!.data;
  for (const o of [0, 1, 77, 127]) {
    const scale = norm('weight')[o]! / Math.sqrt(norm('running_var')[o]! + 1e-3);
    expect(bias[o]).toBeCloseTo(norm('bias')[o]! - norm('running_mean')[o]! * scale, 6);
    for (const [i, t] of [
      [0, 0],
      [5, 3],
      [127, 6],
    ] as const) {
      expect(kernel[(t * 128 + i) * 128 + o]).toBeCloseTo(raw[(o * 128 + i) * 7 + t]! * scale, 6);
    }
  }
  const { weight } = direct.head[0]!;
  expect(weight[5 * 1008 + 7]).toBe(tensors.get('fc.weight')!.data[7 * 2048 + 5]);
});

describe('refuses in one line', () => {
  /** What is said of a file with these tensors, of which only the header is there: no element is looked at before. */
  const refusal = async (shapes: ReadonlyMap<string, readonly number[]>, dtype: 'F32' | 'F16' = 'F32') => {
    const data = () => [];
    const parts = safetensorsParts(
      [...shapes].map(([name, shape]) => ({ name, dtype, shape, data })),
      { sha256: 'x' },
    );
    const { value: header } = await parts[Symbol.asyncIterator]().next();
    const elements = [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((product, n) => product * n, 1), 0);
    const size = header!.length + elements * (dtype === 'F32' ? 4 : 2);
    const { read } = bytesSource(header!);
    return readInceptionWeights({ name: 'other.safetensors', size, read }).then(
      () => 'read',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  };
  const shapes = () => new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  const prefix = 'MetricError: other.safetensors: ';

  it('tensors that are missing, too many, or of another shape', async () => {
    expect(await refusal(new Map([['fc.weight', [1008, 2048]]]))).toBe(
      `${prefix}not the Inception-v3 of FID: it lacks Conv2d_1a_3x3.conv.weight, Conv2d_1a_3x3.bn.weight, ` +
        'Conv2d_1a_3x3.bn.bias and 468 more, of 472 tensors',
    );
    expect(await refusal(shapes().set('AuxLogits.fc.bias', [1]))).toBe(
      `${prefix}not the Inception-v3 of FID: it also has AuxLogits.fc.bias`,
    );
    expect(await refusal(shapes().set('fc.bias', [1000]))).toBe(`${prefix}fc.bias is F32 [1000], expected F32 [1008]`);
    const halves = 'Conv2d_1a_3x3.conv.weight is F16 [32,3,3,3], expected F32 [32,3,3,3]';
    expect(await refusal(shapes(), 'F16')).toBe(prefix + halves);
  });

  it('what is too large to be these weights', async () => {
    const huge: RangeSource = {
      name: 'huge.pth',
      size: 2 ** 30,
      read: async (_, length) => Uint8Array.from({ length }, (_, i) => [0x50, 0x4b][i] ?? 0),
    };
    await expect(convertInceptionWeights(huge)).rejects.toThrow('huge.pth: 1073741824 bytes, the weights of');
    await expect(readInceptionWeights(huge)).rejects.toThrow('huge.pth: 1073741824 bytes, the weights of');
  });

  it('what is no such file at all', async () => {
    const text = bytesSource(new TextEncoder().encode('<html>not found</html>'), 'page.pth');
    await expect(readInceptionWeights(text)).rejects.toThrow(/^page\.pth: not a safetensors file/);
    await expect(convertInceptionWeights(text, { sha256: undefined })).rejects.toThrow(
      /^page\.pth: not a file of torch/,
    );
    await expect(readInceptionWeights(bytesSource(new Uint8Array(0), 'empty'))).rejects.toThrow(/^empty: not a safe/);
  });
});
