// References: the files as they are made here: how many images of which class, which of them are broken, which values are
// NaN; for what may stand in a header, the format's own reader (safetensors 0.8).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeIdx, writeNpz, writeSafetensors } from '@noisesmith/formats';
import { encodePng } from '@noisesmith/runs';
import { describe, expect, it } from 'vitest';
import { cli, temporaryFolder, writeImages } from './cli-run';

const folder = temporaryFolder();

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const png = (side: number): Uint8Array =>
  encodePng({ width: side, height: side, channels: 1, data: new Uint8Array(side * side) });

const photos = join(folder, 'photos');
for (const name of ['2/a.png', '2/b.png', '10/c.png']) put(`photos/${name}`, png(name.startsWith('2') ? 4 : 6));
put('photos/2/d.bmp', 'BM');
put('photos/.ipynb_checkpoints/e.png', png(4));

describe('a data set', () => {
  it('is told by its folder: images, classes in order, sizes, what is left out', async () => {
    const { exitCode, out } = await cli(['inspect', photos, '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      data: `folder:${photos}`,
      images: 3,
      classes: [
        { name: '2', images: 2 },
        { name: '10', images: 1 },
      ],
      sizes: { widths: [4, 6], heights: [4, 6] },
      skipped: [{ reason: 'ending .bmp', count: 1, example: expect.stringContaining('d.bmp') }],
      broken: [],
    });
    const text = (await cli(['inspect', `folder:${photos}`])).out;
    expect(text).toContain(`folder:${photos}: 3 images in 2 classes\n`);
    expect(text).toMatch(/\n {2}0 +2 +2\n {2}1 +10 +1\n/);
    expect(text).toMatch(/left out\n {2}ending \.bmp +1 +e\.g\. .*d\.bmp\n/);
  });

  it('--check decodes all, lists every image that is broken, and says so with exit code 2', async () => {
    for (const name of ['a', 'b', 'c', 'd']) put(`some/cat/${name}.png`, png(4));
    put('some/cat/empty.png', '');
    put('some/cat/text.png', 'no picture');
    const some = join(folder, 'some');
    const { err, exitCode, out } = await cli(['inspect', some, '--check', '--json']);
    expect(exitCode).toBe(2);
    expect(err).toBe(`noisesmith: folder:${some}: 2 of 6 images do not decode\n`);
    const { broken, looked } = JSON.parse(out);
    expect(looked).toBe(6);
    expect(broken.map(({ name }: { name: string }) => name)).toEqual([
      expect.stringContaining('empty.png'),
      expect.stringContaining('text.png'),
    ]);
    expect((await cli(['inspect', photos, '--check'])).exitCode).toBe(0);
  });

  it('may be arrays, and is not a run', async () => {
    const { out } = await cli(['inspect', `npz:${writeImages(folder)}`, '--json']);
    expect(JSON.parse(out)).toMatchObject({ images: 40, sizes: { widths: [8, 8], heights: [8, 8] } });
    put('run/config.json', '{}');
    put('run/ema.safetensors', '');
    const run = join(folder, 'run');
    expect(await cli(['inspect', run])).toMatchObject({
      exitCode: 2,
      err: `noisesmith: ${run}: the folder of a run; name a file in it, e.g. ${run}/ema.safetensors\n`,
    });
  });
});

describe('a file', () => {
  /** A safetensors file of which only the header matters. */
  function withHeader(name: string, header: object, dataBytes: number): string {
    const json = JSON.stringify(header);
    const bytes = new Uint8Array(8 + json.length + dataBytes);
    new DataView(bytes.buffer).setUint32(0, json.length, true);
    bytes.set(new TextEncoder().encode(json), 8);
    return put(name, bytes);
  }

  it('may have tensors of any type, and metadata that is null', async () => {
    const header = { __metadata__: null, c: { dtype: 'C64', shape: [2], data_offsets: [0, 16] } };
    const { exitCode, out } = await cli(['inspect', withHeader('c64.safetensors', header, 16), '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ tensors: [{ name: 'c', dtype: 'C64', shape: [2] }], metadata: {} });
  });

  it.each(['null', '{', '[null]', '[["a","b"]]', '[["a",[-1]]]'])(
    'of a checkpoint whose layout is %s is told as far as it goes',
    async (layout) => {
      const file = put('layout.safetensors', writeSafetensors({}, { format: 'noisesmith-checkpoint-1', layout }));
      const { err, exitCode, out } = await cli(['inspect', file, '--json']);
      expect(exitCode).toBe(2);
      expect(err).toBe(`noisesmith: ${file}: metadata 'layout' is no list of names and shapes\n`);
      expect(JSON.parse(out)).toMatchObject({ kind: 'checkpoint', parameters: null });
    },
  );

  it('shows names without obeying them, and the classes of a run', async () => {
    const w = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
    const names = { '\x1b[2Jw\x9b': w };
    const file = put('names.safetensors', writeSafetensors(names, { classes: '["cat","\\u001bdog"]' }));
    for (const flags of [[], ['--json']]) {
      const { exitCode, out } = await cli(['inspect', file, ...flags]);
      expect(exitCode).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
      expect(out).toContain('\\u001b[2Jw\\u009b');
    }
    expect((await cli(['inspect', file])).out).toContain('classes\n  0  cat\n  1  \\u001bdog\n');
  });

  it('may be of IDX or torch, and --check tells its values', async () => {
    const digits = writeIdx({ dtype: 'U8', shape: [2, 2], data: Uint8Array.of(0, 1, 2, 5) });
    const { exitCode, out } = await cli(['inspect', put('digits-idx2-ubyte', digits), '--check']);
    expect(exitCode).toBe(0);
    expect(out).toContain('digits-idx2-ubyte: idx, 1 tensors, 4 elements\n');
    expect(out).toMatch(/ U8 +\[2, 2\] +min 0 +mean 2 +max 5\n/);
    const saved = new URL('../../../packages/formats/fixtures/torch-zip.pth', import.meta.url).pathname;
    const found = JSON.parse((await cli(['inspect', saved, '--check', '--json'])).out);
    expect(found.kind).toBe('torch');
    expect(found.tensors[0]).toMatchObject({ name: 'f64', shape: [2, 3], values: { min: 0, mean: 2.5, max: 5 } });
  });

  it('--check finds values that are no numbers, and a damaged array', async () => {
    const data = Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, 2);
    const file = put('nan.safetensors', writeSafetensors({ w: { dtype: 'F32', shape: [4], data } }));
    expect((await cli(['inspect', file])).exitCode).toBe(0);
    expect(await cli(['inspect', file, '--check'])).toMatchObject({
      exitCode: 2,
      err: `noisesmith: ${file}: tensor w: 2 of 4 values are infinite or NaN\n`,
    });
    const bytes = writeNpz({ arr_0: { dtype: 'U8', shape: [300], data: new Uint8Array(300).fill(5) } });
    bytes[bytes.indexOf(5, 200)]! ^= 1;
    const npz = put('damaged.npz', bytes);
    expect((await cli(['inspect', npz])).exitCode).toBe(0);
    const checked = await cli(['inspect', npz, '--check']);
    expect(checked.exitCode).toBe(2);
    expect(checked.err).toMatch(/arr_0\.npy: .*CRC/);
  });
});
