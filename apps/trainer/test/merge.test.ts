// References: the same images and statistics in one piece.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bytesSource,
  collectParts,
  npzParts,
  openNpz,
  partedArray,
  partedTexts,
  readNpz,
  writeNpz,
} from '@noisesmith/formats';
import { readStatistics } from '@noisesmith/metrics';
import { expect, it } from 'vitest';
import { cli, filesIn, readBytes, temporaryFolder } from './cli-run';

const folder = temporaryFolder();
const EACH = 3 * 2;
const pixels = Uint8Array.from({ length: 30 * EACH }, (_, i) => (i * i * 7) % 256);
const labels = Int32Array.from({ length: 30 }, (_, i) => i % 4);

function shard(name: string, from: number, to: number, labelled = true): string {
  const path = join(folder, name);
  const arr_0 = { dtype: 'U8', shape: [to - from, 3, 2, 1], data: pixels.slice(from * EACH, to * EACH) } as const;
  const arr_1 = { dtype: 'I32', shape: [to - from], data: labels.slice(from, to) } as const;
  writeFileSync(path, writeNpz(labelled ? { arr_0, arr_1 } : { arr_0 }));
  return path;
}
const whole = shard('whole.npz', 0, 30);
const parts = [shard('a.npz', 0, 11), shard('b.npz', 11, 12), shard('c.npz', 12, 30)];
const out = join(folder, 'merged.npz');

it('samples stand one behind the other, with their labels where all have them', async () => {
  const result = await cli(['merge', ...parts, '--out', out, '--json']);
  expect(JSON.parse(result.out)).toEqual({ shards: parts, what: 'samples', count: 30, out });
  expect(readNpz(readBytes(out))).toEqual(readNpz(readBytes(whole)));
  const bare = shard('bare.npz', 0, 5, false);
  await cli(['merge', parts[1]!, bare, '--out', out]);
  expect([...readNpz(readBytes(out)).keys()]).toEqual(['arr_0']);
});

it('names of classes go with the labels, where all shards call them alike', async () => {
  const named = async (name: string, names: readonly string[]): Promise<string> => {
    const path = join(folder, name);
    const arrays = [...readNpz(readBytes(whole))].map(([key, array]) => partedArray(key, array));
    writeFileSync(path, await collectParts(npzParts([...arrays, partedTexts('class_names', names)])));
    return path;
  };
  const [a, b] = [await named('named-a.npz', ['n', 'o', 'p', 'q']), await named('named-b.npz', ['n', 'o', 'p', 'q'])];
  expect(await cli(['merge', a, b, '--out', out])).toMatchObject({ exitCode: 0 });
  expect(await (await openNpz(bytesSource(readBytes(out)))).text('class_names')).toEqual(['n', 'o', 'p', 'q']);
  expect(await cli(['merge', a, whole, '--out', out])).toMatchObject({ exitCode: 0 });
  expect((await openNpz(bytesSource(readBytes(out)))).names).toEqual(['arr_0', 'arr_1']);
  const other = await named('other.npz', ['n', 'p', 'o', 'q']);
  const { err, exitCode } = await cli(['merge', a, other, '--out', out]);
  expect([exitCode, err]).toEqual([
    2,
    `noisesmith: ${other}: class_names are n, p, o, q…, those of ${a} n, o, p, q…\n`,
  ]);
});

it('statistics of shards are those of all images', async () => {
  const stats = async (source: string): Promise<string> => {
    const file = source.replace('.npz', '-stats.npz');
    expect(await cli(['stats', source, '--network', 'pixels-2x2x1', '--out', file])).toMatchObject({ exitCode: 0 });
    return file;
  };
  const shards = [await stats(parts[0]!), await stats(parts[2]!)];
  expect(await cli(['merge', ...shards, '--out', out])).toMatchObject({
    exitCode: 0,
    out: `wrote the statistics of 29 images to ${out}\n`,
  });
  await cli(['merge', parts[0]!, parts[2]!, '--out', join(folder, 'both.npz')]);
  const [merged, expected] = await Promise.all(
    [out, await stats(join(folder, 'both.npz'))].map((file) => readStatistics(bytesSource(readBytes(file)))),
  );
  expect(merged!.network).toBe('pixels-2x2x1');
  merged!.moments.covariance.forEach((value, i) => {
    expect(Math.abs(value - expected!.moments.covariance[i]!)).toBeLessThan(1e-10);
  });
});

it.each<[string, string[], string]>([
  ['nothing to merge', ['--out', out], 'merge: A is missing; e.g. noisesmith merge part-0.npz'],
  ['a shard as the result', [...parts, '--out', parts[0]!], 'one of the shards; expected another file'],
  ['samples with statistics', [parts[0]!, join(folder, 'a-stats.npz'), '--out', out], 'of another kind than'],
  ['a shard that is missing', [parts[0]!, 'none.npz', '--out', out], 'none.npz: no such file'],
])('%s: one line, exit code 2, nothing written', async (_, argv, message) => {
  const before = filesIn(folder);
  const result = await cli(['merge', ...argv]);
  expect(result.err).toContain(message);
  expect(result).toMatchObject({ exitCode: 2, out: '', err: expect.stringMatching(/^noisesmith: [^\n]+\n$/) });
  expect(filesIn(folder)).toEqual(before);
});

it('images of another size are refused', async () => {
  const other = join(folder, 'other.npz');
  writeFileSync(other, writeNpz({ arr_0: { dtype: 'U8', shape: [1, 2, 2, 1], data: new Uint8Array(4) } }));
  expect(await cli(['merge', parts[0]!, other, '--out', join(folder, 'none.npz')])).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('other.npz: images are U8 [2, 2, 1], those of'),
  });
});
