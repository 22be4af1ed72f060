// References: what the README says of the run folder (the same command goes on; nothing of it is lost without a word); a run
// that nothing disturbs, byte for byte; each message's own words.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { readNpz, readSafetensors } from '@noisesmith/formats';
import { encodePng } from '@noisesmith/runs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, filesIn, readBytes, temporaryFolder, tinyTrain, writeImages } from './cli-run';

const folder = temporaryFolder();
const images = writeImages(folder);
const finished = join(folder, 'finished');
const STEPS = 6;
const often = ['--checkpoint-every', '2', '--keep', '10'];
const run = (out: string, ...more: string[]): string[] => tinyTrain(images, out, STEPS, ...often, ...more);
const aborted = { signal: AbortSignal.abort() };

/** A copy of the finished run, to be spoilt. */
function copyOfFinished(name: string): string {
  const out = join(folder, name);
  cpSync(finished, out, { recursive: true });
  return out;
}

beforeAll(async () => {
  expect(await cli(run(finished))).toMatchObject({ exitCode: 0 });
});

describe('weights without checkpoints', () => {
  it.each([
    ['of a run', true],
    ['that lie alone in the folder', false],
  ])('%s are not trained over', async (_, withConfig) => {
    const out = copyOfFinished(`weights-${withConfig}`);
    rmSync(join(out, 'checkpoints'), { recursive: true });
    if (!withConfig) for (const name of filesIn(out).filter((n) => n !== 'ema.safetensors')) rmSync(join(out, name));
    const before = filesIn(out);
    const result = await cli(run(out));
    expect(result.exitCode).toBe(2);
    expect(result.err).toMatch(
      /^noisesmith: \S+ holds trained weights \(ema\.safetensors\) but no checkpoints [^\n]+\n$/,
    );
    expect(filesIn(out)).toEqual(before);
    expect(readBytes(out, 'ema.safetensors')).toEqual(readBytes(finished, 'ema.safetensors'));
  });
});

describe('paths of the data', () => {
  it('lead to the same files from any folder, however they are spelled', async () => {
    const out = join(folder, 'paths');
    const spelled = relative(process.cwd(), images);
    const first = tinyTrain(spelled, out, STEPS, ...often);
    expect(await cli(first, aborted)).toMatchObject({ exitCode: 130 });
    expect(JSON.parse(String(readBytes(out, 'config.json'))).data.source).toBe(`npz:${resolve(images)}`);
    const link = join(folder, 'link.npz');
    symlinkSync(images, link);
    for (const spelling of [`${folder}/../${folder.split('/').at(-1)}/${images.split('/').at(-1)}`, link]) {
      expect(await cli(['train', '--out', out, '--data', `npz:${spelling}`], aborted)).toMatchObject({ exitCode: 130 });
    }
    expect(await cli(['train', '--out', out])).toMatchObject({ exitCode: 0 });
    for (const name of ['ema.safetensors', 'samples.npz', 'grid.png']) {
      expect(readBytes(out, name).equals(readBytes(finished, name)), name).toBe(true);
    }
  });

  it('may be others when the data are the same, and not when they are not', async () => {
    const out = join(folder, 'moved');
    const moved = join(folder, 'elsewhere.npz');
    copyFileSync(images, moved);
    expect(await cli(run(out), aborted)).toMatchObject({ exitCode: 130 });
    const other = writeImages(folder, { count: 50 });
    const refused = await cli(['train', '--out', out, '--data', `npz:${other}`]);
    expect(refused.exitCode).toBe(2);
    expect(refused.err).toMatch(
      /^noisesmith: data\.source is "npz:.*" in .*config\.json, and .* holds other data; [^\n]+\n$/,
    );
    expect(await cli(['train', '--out', out, '--data', `npz:${moved}`])).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(String(readBytes(out, 'config.json'))).data.source).toBe(`npz:${moved}`);
  });
});

describe('what a run says of its data', () => {
  it('is how many images and which classes', async () => {
    const result = await cli(run(join(folder, 'said')), aborted);
    expect(result.err).toMatch(/: 40 images in 10 classes \(0, 1, 2, 3, 4, 5, 6, 7, 8, 9\)\n/);
  });

  it('is what was left out, once', async () => {
    const pets = join(folder, 'pets');
    const grey = { width: 8, height: 8, channels: 1, data: new Uint8Array(64) };
    for (const name of ['cat', 'dog']) {
      mkdirSync(join(pets, name), { recursive: true });
      writeFileSync(join(pets, name, '0.png'), encodePng(grey));
    }
    writeFileSync(join(pets, 'dog', '1.bmp'), '');
    const args = run(join(folder, 'said-pets')).map((arg) => (arg === `npz:${images}` ? `folder:${pets}` : arg));
    const { err } = await cli(args, aborted);
    expect(err).toContain(': 2 images in 2 classes (cat, dog)\n');
    expect(err.match(/1 with ending \.bmp/g)).toHaveLength(1);
  });

  it('names the classes in the weights', () => {
    const { metadata } = readSafetensors(readBytes(finished, 'ema.safetensors'));
    expect(JSON.parse(metadata.classes!)).toEqual(Array.from({ length: 10 }, (_, k) => String(k)));
  });
});

describe('config.json', () => {
  it('may begin with a byte order mark', async () => {
    const out = copyOfFinished('marked');
    writeFileSync(join(out, 'config.json'), `\uFEFF${readFileSync(join(out, 'config.json'), 'utf8')}`);
    rmSync(join(out, 'grid.png'));
    expect(await cli(['train', '--out', out])).toMatchObject({ exitCode: 0 });
    expect(readBytes(out, 'grid.png')).toEqual(readBytes(finished, 'grid.png'));
  });

  it('that is lost is the one of the newest checkpoint, and that is said', async () => {
    const out = copyOfFinished('lost-config');
    rmSync(join(out, 'config.json'));
    rmSync(join(out, 'grid.png'));
    const result = await cli(['train', '--out', out]);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.err).toMatch(
      /warning: \S+config\.json is missing; the configuration is the one in checkpoints\/checkpoint-/,
    );
    expect(readBytes(out, 'config.json')).toEqual(readBytes(finished, 'config.json'));
  });

  it('that is lost for good is told as such', async () => {
    const out = copyOfFinished('lost-for-good');
    rmSync(join(out, 'config.json'));
    for (const name of filesIn(join(out, 'checkpoints'))) writeFileSync(join(out, 'checkpoints', name), 'spoilt');
    const result = await cli(['train', '--out', out]);
    expect(result.exitCode).toBe(2);
    expect(result.err).toMatch(
      /^noisesmith: \S+config\.json is missing, and checkpoints\/\S+ does not tell it; [^\n]+\n$/,
    );
  });

  it.each([
    ['no JSON', '{"preset": '],
    ['no object', '[1]'],
    ['a setting that is impossible', '{"preset":"mnist-tiny","train":{"batch":0}}'],
  ])('with %s is told in one line that names it', async (_, text) => {
    const out = join(folder, 'broken-config');
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'config.json'), text);
    const result = await cli(['train', '--out', out]);
    expect(result.exitCode).toBe(2);
    expect(result.err).toMatch(/^noisesmith: \S*config\.json: [^\n]+\n$/);
  });
});

describe('a finished run', () => {
  it('with other samples asked for draws them; nothing is trained', async () => {
    const out = copyOfFinished('more-samples');
    const result = await cli(['train', '--out', out, '--set', 'output.samplesPerClass=3']);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(readNpz(readBytes(out, 'samples.npz')).get('arr_0')!.shape).toEqual([30, 8, 8, 1]);
    expect(readSafetensors(readBytes(out, 'ema.safetensors')).tensors).toEqual(
      readSafetensors(readBytes(finished, 'ema.safetensors')).tensors,
    );
  });

  it('keeps fewer checkpoints when asked to, and says what is of no use to it', async () => {
    const out = copyOfFinished('fewer');
    const result = await cli(['train', '--out', out, '--keep', '1', '--grid-every', '7']);
    expect(result.err).toMatch(
      /finished at step 6; up to 1 checkpoints are kept\noutput\.gridEvery: of use while a run trains only\n$/,
    );
    expect(filesIn(join(out, 'checkpoints'))).toEqual(['checkpoint-000000006.safetensors']);
    expect((await cli(['train', '--out', out])).err).toMatch(/finished at step 6; nothing to do\n$/);
  });

  it('asked for more steps says the command that goes on with it, which does', async () => {
    const out = copyOfFinished('longer');
    const result = await cli(['train', '--out', out, '--steps', String(2 * STEPS)]);
    expect(result.exitCode).toBe(2);
    const command = /: noisesmith (train --resume \S+ --out \S+ --steps 12)\n$/.exec(result.err)?.[1];
    expect(command, result.err).toBeDefined();
    const further = await cli(command!.split(' '));
    expect(further, further.err).toMatchObject({ exitCode: 0 });
    expect(readSafetensors(readBytes(`${out}-2`, 'ema.safetensors')).metadata.step).toBe('12');
    expect((await cli(['train', '--out', `${out}-2`])).err).toContain('finished at step 12; nothing to do');
  });
});

describe('an unfinished run', () => {
  it('whose settings are others says which, and the command that goes on with them', async () => {
    const out = copyOfFinished('others');
    rmSync(join(out, 'checkpoints', 'checkpoint-000000006.safetensors'));
    const result = await cli(['train', '--out', out, '--batch', '2', '--set', 'train.ema.decay=0.5']);
    expect(result.exitCode).toBe(2);
    expect(result.err).toMatch(
      /train\.batch is 4 in \S+config\.json, but 2 is asked for; train\.ema\.decay is 0\.999 in/,
    );
    expect(result.err).toMatch(
      /at step 4; [^\n]+ train --resume \S+ --out \S+ --batch 2 --set train\.ema\.decay=0\.5; or leave them out/,
    );
    const network = await cli(['train', '--out', out, '--set', 'model.latents=8']);
    expect(network.err).toMatch(/model\.latents is 6 .* 8 is asked for; use another --out, or leave it out/);
  });
});

describe('--resume', () => {
  it('of more steps than are asked for is one line, and leaves nothing', async () => {
    const out = join(folder, 'shorter');
    const result = await cli(['train', '--resume', finished, '--out', out, '--steps', '4']);
    expect(result.exitCode).toBe(2);
    expect(result.err.trim().split('\n').at(-1)).toMatch(/^noisesmith: train\.steps is 4, but the state .* 6 steps/);
    expect(existsSync(out)).toBe(false);
  });

  it('of as many steps is finished when it ends', async () => {
    const out = join(folder, 'as-many');
    expect(await cli(['train', '--resume', finished, '--out', out])).toMatchObject({ exitCode: 0 });
    expect((await cli(['train', '--out', out])).err).toContain('finished at step 6; nothing to do');
  });

  it('of a file of weights is refused, and of one checkpoint starts from it', async () => {
    const out = join(folder, 'from-file');
    const weights = await cli(run(out, '--resume', join(finished, 'ema.safetensors')));
    expect(weights).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/^noisesmith: --resume \S+: no checkpoints there/),
    });
    const fourth = join(finished, 'checkpoints', 'checkpoint-000000004.safetensors');
    const result = await cli(run(out, '--resume', fourth));
    expect(result).toMatchObject({ exitCode: 0, err: expect.stringContaining('going on from step 4') });
    expect(readBytes(out, 'ema.safetensors').equals(readBytes(finished, 'ema.safetensors'))).toBe(true);
  });
});

it('a folder that cannot be used for its data is told before anything is made', async () => {
  const gone = join(folder, 'gone.npz');
  renameSync(writeImages(folder, { count: 20 }), gone);
  const out = join(folder, 'data-gone');
  expect(await cli(tinyTrain(gone, out, STEPS), aborted)).toMatchObject({ exitCode: 130 });
  rmSync(gone);
  const result = await cli(['train', '--out', out]);
  expect(result).toMatchObject({ exitCode: 2, err: expect.stringMatching(/gone\.npz/) });
  expect(result.err).toMatch(/^noisesmith: [^\n]+\n$/);
});
