// Reference: the exit codes and the one clear line per mistake that the help text promises.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors } from '@noisesmith/formats';
import { type BackendChoice, DeviceError, NoAdapterError, openBackend } from '@noisesmith/tensor';
import { expect, it } from 'vitest';
import { cli, filesIn, temporaryFolder, tinyFlags, tinyTrain, writeImages } from './cli-run';

const folder = temporaryFolder();
const images = writeImages(folder);
const out = join(folder, 'run');
const broken = join(folder, 'broken');
mkdirSync(broken);
writeFileSync(join(broken, 'a.png'), 'no picture');
const config = join(folder, 'config.json');
writeFileSync(config, '{"train": {"batch": 8,}}');
const tensors = join(folder, 'other.safetensors');
writeFileSync(tensors, writeSafetensors({}));
const text = join(folder, 'notes.txt');
writeFileSync(text, 'not a tensor in sight');

const train = (...more: string[]): string[] => tinyTrain(images, out, 5, ...more);
const set = (setting: string): string[] => train('--set', setting);

const mistakes: Readonly<Record<string, readonly [argv: string[], message: string]>> = {
  'unknown command': [['trian'], 'unknown command "trian"; did you mean train?'],
  'unknown flag': [train('--step', '5'), 'unknown flag --step; did you mean --steps?'],
  'flag without its value': [['train', '--out'], '--out needs a value: --out DIR'],
  'flag that swallowed another': [['train', '--out', '--json'], '--out needs a value: --out DIR'],
  'switch with a value': [['train', '--dry-run=yes'], '--dry-run takes no value'],
  'flag given twice': [['train', '--out', 'a', '--out', 'b'], '--out is given twice'],
  'extra argument': [['doctor', 'please'], 'doctor: unexpected argument "please"'],
  'missing argument': [
    ['inspect'],
    'inspect: FILE|DATA is missing; e.g. noisesmith inspect runs/mnist/ema.safetensors',
  ],
  'unknown preset': [
    ['train', '--preset', 'digits', '--out', out],
    'preset "digits" is unknown; expected one of table1-64,',
  ],
  'a port that is none': [train('--serve', 'here'), '--serve is "here"; expected a number'],
  'a port that is too high': [train('--serve=65536'), '--serve is 65536; expected a port of at most 65535'],
  'runs where there are none': [['view', broken], `${broken}: no run is in it; expected the folder of a run`],
  'runs in no folder': [['view', 'none', '--port', '0'], 'none: no such folder; expected the folder of a run'],
  'no number': [['train', '--batch', 'many'], '--batch is "many"; expected a number'],
  'no whole number': [['train', '--batch', '0'], '--batch is 0; expected a whole number of at least 1'],
  'unknown setting': [set('train.bach=3'), '--set train.bach: train.bach is unknown; did you mean train.batch?'],
  'setting without a value': [set('train.batch'), '--set train.batch: expected path.to.key=value'],
  'setting of another type': [set('train.normalize=3'), 'train.normalize is 3; expected true or false'],
  'unknown schedule': [set('train.schedule=cosin'), 'train.schedule: bad schedule spec "cosin": unknown family'],
  'unknown sampling schedule': [set('sampling.schedule=cosine@1'), 'bad schedule spec "cosine@1": 1 value after "@"'],
  'unknown sampler': [set('sampling.sampler=heun'), "sampler 'heun': unknown sampler 'heun'; expected one of ddim"],
  'unknown data set': [['train', '--data', 'mnits', '--out', out], "unknown data set 'mnits', expected one of: mnist"],
  'missing data': [['train', '--data', 'npz:none.npz', '--out', out], 'none.npz'],
  'a preset without data': [
    ['train', '--preset', 'cifar10', '--out', out],
    'preset cifar10 has no data set of its own',
  ],
  'an image that does not decode': [['train', '--data', `folder:${broken}`, '--out', out], 'a.png: '],
  'labels out of range': [set('model.classes=4'), 'label 9 is out of range, model.classes is 4; set model.classes=10'],
  'size against patch': [set('model.patch=3'), 'image height is 8; expected a multiple of patch 3'],
  'size against network': [set('data.size=12'), 'data.size is 12 but model.image is 8x8; set both'],
  'guidance without classes': [
    set('model.classes=0'),
    'sampling.guidance is 1; expected 0 for a network without classes',
  ],
  'a config that is no JSON': [['train', '--config', config], `${config}: no JSON: `],
  'a config that is not there': [['train', '--config', 'none.json'], 'none.json: no such file'],
  'unknown source of kernels': [train('--tuning', 'fast'), '--tuning fast is not possible; expected one of stored, '],
  'unknown source of kernels to sample with': [
    ['sample', '--checkpoint', tensors, '--out', 'x.png', '--tuning', 'fast'],
    '--tuning fast is not possible; expected one of stored, default, off',
  ],
  'no time to tune in': [['tune', '--seconds', '0'], '--seconds is 0; expected a whole number of at least 1'],
  'recomputation neither on nor off': [set('train.recompute=3'), 'train.recompute is 3; expected true or false'],
  'storage of no known width': [set('train.storage=f8'), 'train.storage is "f8"; expected one of f32, f16'],
  'unknown log': [train('--log', 'jsonl,tensorboard'), '--log tensorboard is not possible; expected jsonl'],
  'a batch beyond the limits of the adapter': [
    ['train', ...tinyFlags, '--data', `npz:${images}`, '--out', out, '--batch', '400000'],
    'use a smaller batch',
  ],
  'ceilings that are none': [['bench', '--ceilings', '60e12'], '--ceilings is "60e12", expected FLOPS,LOADS or'],
  'a benchmark of nothing': [['bench', '--repeats', '0'], '--repeats is 0; expected a whole number of at least 1'],
  'sampling without a checkpoint': [['sample', '--out', 'x.png'], '--checkpoint is missing'],
  'sampling from something else': [
    ['sample', '--checkpoint', tensors, '--out', 'x.png'],
    'the metadata has no config and run',
  ],
  'an output of another kind': [
    ['sample', '--checkpoint', tensors, '--out', 'x.jpg'],
    '--out x.jpg: expected a file .png or .npz',
  ],
  'an output without a name': [['sample', '--checkpoint', tensors, '--out', ''], '--out is empty'],
  'a drawing that would replace a folder': [
    ['schedule', 'cosine', '--svg', broken],
    `--svg ${broken}: a folder, expected a file`,
  ],
  'results below a file': [
    ['conformance', tensors, '--out', join(text, 'x')],
    `${join(text, 'x')}: no such folder: a file stands where a folder is meant`,
  ],
  'results in place of their fixture': [
    ['conformance', tensors, '--out', tensors],
    'the fixture itself; expected another file',
  ],
  'a run where a file is': [
    train('--set', 'train.seed=1').map((word) => (word === out ? text : word)),
    `--out ${text}: a file, expected a folder`,
  ],
  'a number that is infinite': [['train', '--seed', '1e999'], '--seed is "1e999"; expected a number'],
  'a number of another notation': [['train', '--seed', '0x10'], '--seed is "0x10"; expected a number'],
  'an infinite setting': [
    set('train.learningRate.base=1e999'),
    '--set train.learningRate.base: train.learningRate.base is larger than any number; expected a finite one',
  ],
  'a name that moves the cursor': [['inspect', '\x1b[2Jnone'], '\\u001b[2Jnone: no such file'],
  'inspecting a missing file': [['inspect', 'none.npz'], 'none.npz: no such file'],
  'inspecting something else': [['inspect', text], `${text}: not a safetensors, npz, npy, IDX or torch.save file`],
  'a schedule spec': [['schedule', 'sigmoid@1'], 'bad schedule spec "sigmoid@1"'],
  'a time outside': [['schedule', 'cosine', '--t', '0,2'], '--t has 2; expected times from 0 to 1'],
  'a scale of zero': [
    ['schedule', 'cosine', '--scale', '0'],
    '--scale is 0; expected a number above 0, or shift@s for 1/s',
  ],
  'a shift that is no number': [['schedule', 'cosine', '--scale', 'shift@x'], '--scale is shift@x; expected a number'],
  'conformance of something else': [['conformance', tensors, '--out', 'x'], 'format is (none); expected rin-fixture-1'],
};

it.each(Object.entries(mistakes))('%s: one line and exit code 2', async (_, [argv, message]) => {
  const before = filesIn(folder);
  const result = await cli(argv);
  expect(result.err).toContain(message);
  expect(result.err).toMatch(/^noisesmith: [^\n]+\n$/);
  expect(result).toMatchObject({ exitCode: 2, out: '' });
  expect(filesIn(folder)).toEqual(before);
});

it('--version says which version it is', async () => {
  expect(await cli(['--version'])).toMatchObject({
    exitCode: 0,
    err: '',
    out: expect.stringMatching(/^noisesmith \d+\.\d+\.\d+\n$/),
  });
});

it('where nothing computes training fails with what is missing, and doctor says so as JSON too', async () => {
  const openBackend = async () => {
    throw new DeviceError('nothing here computes: no WebGPU adapter: install a driver; no SIMD');
  };
  const result = await cli(train(), { openBackend });
  expect(result.exitCode).toBe(1);
  expect(result.err).toBe('noisesmith: nothing here computes: no WebGPU adapter: install a driver; no SIMD\n');
  const report = await cli(['doctor', '--json'], { openBackend });
  expect(report.exitCode).toBe(1);
  expect(JSON.parse(report.out)).toMatchObject({
    backend: null,
    adapter: null,
    computes: false,
    problem: 'nothing here computes: no WebGPU adapter: install a driver; no SIMD',
  });
});

it('without an adapter WebAssembly computes, what needs one says what to install, and both are planned for', async () => {
  const noAdapter = async (prefer: BackendChoice) => {
    if (prefer === 'webgpu') throw new NoAdapterError('no WebGPU adapter: install a Vulkan driver');
    return openBackend({ prefer: 'wasm' });
  };
  const options = { openBackend: noAdapter };
  const { exitCode, out } = await cli(['doctor', '--json'], options);
  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    backend: { kind: 'wasm' },
    adapter: null,
    adapterProblem: 'no WebGPU adapter: install a Vulkan driver',
    wasm: { computes: true },
    computes: true,
    problem: null,
  });
  expect(await cli(train('--backend', 'webgpu'), options)).toMatchObject({
    exitCode: 1,
    err: 'noisesmith: no WebGPU adapter: install a Vulkan driver\n',
  });
  for (const backend of ['webgpu', 'wasm']) {
    expect(await cli(train('--dry-run', '--backend', backend), options)).toMatchObject({ exitCode: 0 });
  }
  const tune = await cli(['tune', '--preset', 'mnist-tiny'], options);
  expect(tune.exitCode).toBe(2);
  expect(tune.err).toMatch(
    /^noisesmith: tune measures the kernels of WebGPU, and WebAssembly, [^\n]*--backend webgpu[^\n]*\n$/,
  );
});

it('a loss that is no number fails with exit code 1 and names the step', async () => {
  const result = await cli(set('train.learningRate.base=1e30'));
  expect(result.exitCode).toBe(1);
  expect(result.err).toMatch(/\nnoisesmith: step \d+: the (loss|gradient norm) is (NaN|-?Infinity); [^\n]+\n$/);
  expect(filesIn(out).filter((name) => name.startsWith('checkpoints'))).toEqual([]);
});
