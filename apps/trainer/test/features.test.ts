// References: NumPy's formats as @noisesmith/formats reads them; averages of pixels by hand; mean and covariance of the features
// written before; `eval`, which has to find no distance between images and their own statistics.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesSource, readNpy, readNpz, writeNpz } from '@noisesmith/formats';
import { momentsOf, readStatistics } from '@noisesmith/metrics';
import { encodePng } from '@noisesmith/runs';
import { describe, expect, it } from 'vitest';
import { cli, filesIn, readBytes, temporaryFolder } from './cli-run';

const folder = temporaryFolder();
const COUNT = 40;
const EACH = 4 * 4 * 3;
const pixels = Uint8Array.from({ length: COUNT * EACH }, (_, i) => (i * i * 31 + i) % 256);
const images = join(folder, 'images.npz');
writeFileSync(images, writeNpz({ arr_0: { dtype: 'U8', shape: [COUNT, 4, 4, 3], data: pixels } }));
const photos = join(folder, 'photos');
mkdirSync(photos);
for (let i = 0; i < COUNT; i++) {
  const data = pixels.subarray(i * EACH, (i + 1) * EACH);
  writeFileSync(join(photos, `${i}.png`), encodePng({ width: 4, height: 4, channels: 3, data }));
}
const network = ['--network', 'pixels-4x4x3'];
const out = (name: string): string => join(folder, 'out', name);

it('features writes a row of float32 for each image, whatever holds the images', async () => {
  const result = await cli(['features', images, ...network, '--out', out('a.npy'), '--json']);
  expect(result.exitCode).toBe(0);
  expect(JSON.parse(result.out)).toMatchObject({
    source: { path: images, count: COUNT, format: 'npz' },
    network: 'pixels-4x4x3',
    resize: 'area',
    size: EACH,
    out: out('a.npy'),
  });
  expect(result.err).toContain('warning: pixels-4x4x3: ');
  const { data, dtype, shape } = readNpy(readBytes(out('a.npy')));
  expect([dtype, shape]).toEqual(['F32', [COUNT, EACH]]);
  expect([...data]).toEqual([...Float32Array.from(pixels, (v) => v / 255)]);
  await cli(['features', photos, ...network, '--out', out('b.npy')]);
  expect(readBytes(out('b.npy')).equals(readBytes(out('a.npy')))).toBe(true);
});

describe('stats', () => {
  it('writes mu, sigma and how they were made, of images and of features alike', async () => {
    const result = await cli(['stats', photos, ...network, '--out', out('s.npz'), '--json']);
    expect(JSON.parse(result.out)).toMatchObject({ source: { count: COUNT, format: 'png' }, size: EACH });
    const rows = Float32Array.from(pixels, (v) => v / 255);
    const expected = momentsOf({ count: COUNT, size: EACH, rows });
    const arrays = readNpz(readBytes(out('s.npz')));
    expect([...arrays.keys()]).toEqual(['mu', 'sigma', 'n', 'network', 'digest', 'resize']);
    expect(arrays.get('sigma')!.shape).toEqual([EACH, EACH]);
    const found = await readStatistics(bytesSource(readBytes(out('s.npz'))));
    expect(found).toMatchObject({ network: 'pixels-4x4x3', resize: 'area', moments: { count: COUNT } });
    found.moments.covariance.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.covariance[i]!, 12);
    });
    await cli(['features', photos, ...network, '--out', out('f.npy')]);
    expect(await cli(['stats', out('f.npy'), '--out', out('t.npz')])).toMatchObject({
      exitCode: 0,
      out: `wrote the statistics of ${COUNT} images to ${out('t.npz')}\n`,
    });
    const ofFeatures = await readStatistics(bytesSource(readBytes(out('t.npz'))));
    expect(ofFeatures.network).toBeUndefined();
    ofFeatures.moments.mean.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.mean[i]!, 12);
    });
  });

  it('are a reference for eval', async () => {
    const result = await cli(['eval', '--samples', images, '--reference', out('s.npz'), ...network, '--json']);
    const { fid, reference } = JSON.parse(result.out);
    expect(fid).toBeLessThan(1e-6);
    expect(reference).toEqual({ path: out('s.npz'), count: COUNT, format: 'statistics' });
    const other = await cli(['eval', '--samples', images, '--reference', out('s.npz'), '--network', 'pixels-3x3x3']);
    expect(other).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/^noisesmith: [^\n]*pixels-4x4x3[^\n]*\n$/),
    });
  });
});

it.each<[string, string[], string]>([
  ['no place for the result', ['features', images, ...network], '--out is missing'],
  ['a result of another kind', ['features', images, '--out', 'x.npz'], '--out x.npz: expected the name of an .npy'],
  ['statistics of another kind', ['stats', images, '--out', 'x.npy'], '--out x.npy: expected the name of an .npz'],
  ['features of features', ['features', out('f.npy'), '--out', out('g.npy')], 'f.npy: expected images'],
  ['statistics of statistics', ['stats', out('s.npz'), '--out', out('g.npz')], 's.npz: holds statistics already'],
  [
    'logits that are not there',
    ['features', images, ...network, '--out', out('g.npy'), '--logits', out('l.npy')],
    'has no logits',
  ],
  [
    'spatial features that are not there',
    ['stats', images, ...network, '--out', out('g.npz'), '--spatial'],
    'has no spatial features',
  ],
  ['a source that is missing', ['stats', 'nowhere', '--out', out('g.npz')], 'nowhere: no such file or folder'],
])('%s: one line, exit code 2, nothing written', async (_, argv, message) => {
  const before = filesIn(folder);
  const result = await cli(argv);
  expect(result.err).toContain(message);
  expect(result).toMatchObject({ exitCode: 2, out: '', err: expect.stringMatching(/^noisesmith: [^\n]+\n$/) });
  expect(filesIn(folder)).toEqual(before);
});

it.each(['features', 'stats'])('%s that is interrupted writes nothing', async (command) => {
  const controller = new AbortController();
  controller.abort();
  const before = filesIn(folder);
  const ending = command === 'stats' ? 'npz' : 'npy';
  const result = await cli([command, photos, ...network, '--out', out(`i.${ending}`)], { signal: controller.signal });
  expect(result).toEqual({ exitCode: 130, out: '', err: 'interrupted; nothing was written\n' });
  expect(filesIn(folder)).toEqual(before);
});
