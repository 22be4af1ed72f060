// References: files that NumPy wrote as EDM, pytorch-fid, pix2seq, guided-diffusion and clean-fid do (fixtures/make.py);
// what was put in, read back; damage made by hand and at random.
import { readFileSync } from 'node:fs';
import { bytesSource, collectParts, type NdArray, type RangeSource, readNpz, writeNpz } from '@noisesmith/formats';
import { describe, expect, it } from 'vitest';
import type { FeatureSet } from './moments';
import { momentsOf } from './statistics';
import {
  checkMadeAlike,
  npzContents,
  openFeatures,
  readStatistics,
  type Statistics,
  statisticsParts,
} from './statistics-file';
import { setOf, uniforms } from './testing/sets';

const fixture = (name: string) =>
  bytesSource(new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url))), name);
const cut = (name: string, length: number) =>
  bytesSource(
    new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url))).subarray(0, length),
    'cut.npz',
  );
/** The vectors of the fixtures. */
const vectors = setOf([
  [0, 1, 2],
  [1, 1, 4],
  [3, 0, 2],
  [2, 2, 9],
]);
const { covariance, mean } = momentsOf(vectors);

const expectNear = (found: Float64Array, expected: ArrayLike<number>) => {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-14);
  });
};

describe('statistics of other tools', () => {
  it.each(['edm.npz', 'pytorch-fid.npz', 'pix2seq.npz', 'guided-diffusion.npz'])('%s', async (name) => {
    const found = await readStatistics(fixture(name));
    expectNear(found.moments.mean, mean);
    expectNear(found.moments.covariance, covariance);
    expect(found.moments.count).toBeUndefined();
    expect(found.network).toBeUndefined();
    expect(found.spatial?.mean.length).toBe(name === 'guided-diffusion.npz' ? 2 : undefined);
    if (found.spatial) {
      expectNear(found.spatial.mean, mean.subarray(0, 2));
      expectNear(
        found.spatial.covariance,
        [0, 1, 3, 4].map((i) => covariance[i]!),
      );
    }
  });

  it('of an archive with images, none of them is read', async () => {
    const images: NdArray = { dtype: 'U8', shape: [100, 100, 100, 3], data: new Uint8Array(3e6) };
    const bytes = writeNpz({
      arr_0: images,
      mu: { dtype: 'F64', shape: [3], data: mean },
      sigma: { dtype: 'F64', shape: [3, 3], data: covariance },
    });
    let read = 0;
    const inner = bytesSource(bytes);
    const source: RangeSource = {
      ...inner,
      read(offset, length) {
        read += length;
        return inner.read(offset, length);
      },
    };
    expectNear((await readStatistics(source)).moments.covariance, covariance);
    expect(read).toBeLessThan(2e5);
  });

  it('what an archive holds', async () => {
    const nothing = { images: false, statistics: false, spatialStatistics: false, features: false };
    expect(await npzContents(fixture('edm.npz'))).toEqual({ ...nothing, statistics: true });
    expect(await npzContents(fixture('pix2seq.npz'))).toEqual({ ...nothing, statistics: true });
    expect(await npzContents(fixture('clean-fid.npz'))).toEqual({ ...nothing, features: true });
    expect(await npzContents(fixture('guided-diffusion.npz'))).toEqual({
      images: true,
      statistics: true,
      spatialStatistics: true,
      features: false,
    });
  });
});

describe('what is written', () => {
  const whole: Statistics = {
    moments: momentsOf(vectors),
    spatial: momentsOf({ count: 3, size: 1, rows: Float32Array.of(1, 2, 4) }),
    network: 'nsfwjs',
    digest: 'ab12',
    resize: 'half-pixel',
  };

  it('comes back as it was', async () => {
    const bytes = await collectParts(statisticsParts(whole));
    const found = await readStatistics(bytesSource(bytes));
    // The spatial features are of the same images.
    expect(found).toEqual({ ...whole, spatial: { ...whole.spatial, count: 4 } });
    expect(await collectParts(statisticsParts(whole))).toEqual(bytes);
    const plain = { moments: { mean, covariance } };
    expect(await readStatistics(bytesSource(await collectParts(statisticsParts(plain))))).toEqual(plain);
  });

  it('has the names, types and shapes that the tools ask for', async () => {
    const arrays = readNpz(await collectParts(statisticsParts(whole)));
    expect([...arrays].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['mu', 'F64', [3]],
      ['sigma', 'F64', [3, 3]],
      ['mu_s', 'F64', [1]],
      ['sigma_s', 'F64', [1, 1]],
      ['n', 'I64', []],
      ['network', 'U8', [6]],
      ['digest', 'U8', [4]],
      ['resize', 'U8', [10]],
    ]);
    expect(() => statisticsParts({ moments: { mean, covariance: mean } })).toThrow(
      'with a covariance of 3, expected 3²',
    );
  });

  it('members of these names that others wrote are passed over', async () => {
    const bytes = writeNpz({
      mu: { dtype: 'F64', shape: [3], data: mean },
      sigma: { dtype: 'F64', shape: [3, 3], data: covariance },
      network: { dtype: 'F32', shape: [2], data: new Float32Array(2) },
      num_images: { dtype: 'I32', shape: [], data: Int32Array.of(50_000) },
    });
    expect(await readStatistics(bytesSource(bytes))).toEqual({ moments: { mean, covariance, count: 50_000 } });
  });
});

describe('features', () => {
  it.each(['features.npy', 'clean-fid.npz'])('%s', async (name) => {
    const file = await openFeatures(fixture(name));
    expect([file.count, file.size]).toEqual([4, 3]);
    const expected: FeatureSet = { ...vectors, rows: Float32Array.from(vectors.rows) };
    expect(await file.read()).toEqual(expected);
    const blocks: FeatureSet[] = [];
    for await (const block of file.blocks(3)) blocks.push(block);
    expect(blocks.map(({ count }) => count)).toEqual([3, 1]);
    expect(blocks[1]!.rows).toEqual(Float32Array.of(2, 2, 9));
  });

  it('says what is no list of vectors', async () => {
    await expect(openFeatures(fixture('edm.npz'))).rejects.toThrow('edm.npz: no features; expected "feats"');
    await expect(openFeatures(fixture('guided-diffusion.npz'))).rejects.toThrow(
      'guided-diffusion.npz: "arr_0" has shape [4,2,2,3], expected [vectors, features]',
    );
    const whole: NdArray = { dtype: 'I32', shape: [2, 2], data: new Int32Array(4) };
    await expect(openFeatures(bytesSource(writeNpz({ feats: whole }), 'x.npz'))).rejects.toThrow(
      'x.npz: "feats" is I32',
    );
    await expect(openFeatures(bytesSource(new Uint8Array(3), 'x.npy'))).rejects.toThrow(
      expect.objectContaining({ name: 'FormatError', message: expect.stringContaining('x.npy') }),
    );
  });
});

describe('statistics that cannot be', () => {
  const arrays = (changes: Record<string, NdArray>) =>
    bytesSource(
      writeNpz({
        mu: { dtype: 'F64', shape: [3], data: mean },
        sigma: { dtype: 'F64', shape: [3, 3], data: covariance },
        ...changes,
      }),
      'ref.npz',
    );
  const floats = (shape: number[], data: Float64Array): NdArray => ({ dtype: 'F64', shape, data });

  it.each<[string, RangeSource, string]>([
    [
      'no statistics',
      fixture('clean-fid.npz'),
      'clean-fid.npz: no statistics; expected "mu" with "sigma" or "cov", it has "feats"',
    ],
    [
      'a mean of two dimensions',
      arrays({ mu: floats([1, 3], mean) }),
      'ref.npz: "mu" has shape [1,3], expected one mean for each',
    ],
    [
      'another size',
      arrays({ sigma: floats([2, 2], covariance.slice(0, 4)) }),
      'ref.npz: "sigma" has shape [2,2] beside a mean of 3, expected [3,3]',
    ],
    [
      'whole numbers',
      arrays({ mu: { dtype: 'I32', shape: [3], data: new Int32Array(3) } }),
      'ref.npz: "mu" is I32, expected 32 or 64-bit floats',
    ],
    [
      'NaN',
      arrays({ sigma: floats([3, 3], covariance.with(4, Number.NaN)) }),
      'ref.npz: number [1, 1] of the covariance is NaN',
    ],
    [
      'no covariance',
      arrays({ sigma: floats([3, 3], covariance.with(1, 7)) }),
      'ref.npz: the covariance is not symmetric at [1, 0]',
    ],
    [
      'one image',
      arrays({ n: { dtype: 'I64', shape: [], data: BigInt64Array.of(1n) } }),
      'ref.npz: statistics of 1 images',
    ],
    [
      'more than fits',
      arrays({ mu: floats([8193], new Float64Array(8193)) }),
      'expected one mean for each of 1 to 8192 features',
    ],
    ['another file', bytesSource(new Uint8Array(100), 'ref.npz'), 'ref.npz: not a readable npz archive'],
    ['a part of one', cut('edm.npz', 300), 'cut.npz: not a readable npz archive'],
  ])('%s', async (_, source, message) => {
    const failure = await readStatistics(source).catch((error: Error) => error);
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).toContain(message);
    expect((failure as Error).message).not.toContain('\n');
  });

  it('another network, other weights, another resize', () => {
    const made = { network: 'inception', digest: 'aa', resize: 'tf1' };
    const check = (other: object) => () => checkMadeAlike(made, other, 'a.npz', 'b.npz');
    expect(check({ ...made })).not.toThrow();
    expect(check({})).not.toThrow();
    expect(check({ network: 'nsfwjs' })).toThrow(
      'a.npz was made with the network inception, b.npz with nsfwjs: they cannot',
    );
    expect(check({ ...made, digest: 'bb' })).toThrow('weights with SHA-256 aa, b.npz with bb');
    expect(check({ ...made, resize: 'clean' })).toThrow('a.npz was made with the resize tf1, b.npz with clean');
  });
});

it('files with bytes changed at random are refused in a line, or give numbers that can be', async () => {
  const uniform = uniforms(5);
  const below = (end: number) => Math.floor(uniform() * end);
  const files = [
    await collectParts(statisticsParts({ moments: momentsOf(vectors), network: 'x', resize: 'y' })),
    ...['pytorch-fid.npz', 'guided-diffusion.npz', 'clean-fid.npz', 'features.npy'].map(
      (name) => new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url))),
    ),
  ];
  const refused = { FormatError: 0, MetricError: 0 };
  for (let round = 0; round < 400; round++) {
    const file = files[round % files.length]!;
    const bytes = file.slice(0, uniform() < 0.1 ? below(file.length) : file.length);
    for (let change = below(4); change >= 0; change--) bytes[below(bytes.length)]! ^= 1 << below(8);
    const source = bytesSource(bytes, 'x');
    const reads = [
      () => readStatistics(source).then(({ moments }) => [...moments.mean, ...moments.covariance]),
      () =>
        openFeatures(source)
          .then((found) => found.read())
          .then(({ rows }) => [...rows]),
      () => npzContents(source).then(() => [0]),
    ];
    for (const [i, read] of reads.entries()) {
      try {
        const numbers = await read();
        if (i === 0) expect(numbers.every(Number.isFinite)).toBe(true);
      } catch (error) {
        const { message, name } = error as Error;
        expect(Object.keys(refused), `${name}: ${message}`).toContain(name);
        expect(message).not.toContain('\n');
        refused[name as keyof typeof refused]++;
      }
    }
  }
  expect(refused.FormatError).toBeGreaterThan(100);
  expect(refused.MetricError).toBeGreaterThan(50);
});
