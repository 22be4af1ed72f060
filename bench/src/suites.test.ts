// Reference: the suites as the usage text states them.
import { describe, expect, it } from 'vitest';
import { SMALL, TINY } from './configs';
import { convolutionShapes, convolutions } from './convolutions';
import { jobName } from './job';
import { inputShapes, ops } from './ops';
import {
  jobsOf,
  metricParts,
  type Suite,
  selectConvolutions,
  selectMetricParts,
  selectOps,
  selectSuites,
} from './suites';

const selection = {
  configs: [TINY, SMALL],
  ops: ['matmul-512', 'attention'],
  parts: metricParts,
  convolutions: ['2b', '6b-1x7'],
  images: 50,
  steps: 7,
  rounds: 3,
  budgetMs: 1000,
  fixture: null,
};

describe('jobsOf', () => {
  const names = (suite: Suite) => jobsOf(suite, selection).map(jobName);

  it('makes train and sampling jobs of configs and op jobs of ops', () => {
    expect(names('train')).toEqual(['train tiny', 'train small']);
    expect(names('ops')).toEqual(['matmul-512', 'attention']);
    expect(names('sample')).toEqual(['denoise tiny', 'ddim10 tiny', 'denoise small', 'ddim10 small']);
  });

  it('makes jobs of convolutions, of a network, of its memory and of a distance', () => {
    expect(names('metrics')).toEqual([
      '2b: 3x3, 147x147x32 to 64',
      '6b-1x7: 1x7, 17x17x128 to 128',
      'features of 16 images',
      'memory of 50 images',
      'Fréchet distance, 2048 dimensions',
    ]);
    const distance = jobsOf('metrics', { ...selection, parts: ['distance'] });
    expect(distance.map(({ kind }) => kind)).toEqual(['frechet']);
    // Few images are all of them where there are not many.
    expect(jobsOf('metrics', selection).find(({ kind }) => kind === 'stream')).toMatchObject({ few: 50, many: 50 });
  });

  it('repeats steps and rounds as often as asked', () => {
    expect(jobsOf('train', selection).map(({ repeats }) => repeats)).toEqual([7, 7]);
    expect(jobsOf('ops', selection).map(({ repeats }) => repeats)).toEqual([3, 3]);
  });
});

describe('selection', () => {
  it('keeps the order given and names what it does not know', () => {
    expect(selectSuites('sample, train')).toEqual(['sample', 'train']);
    expect(() => selectSuites('train,all')).toThrow('"all", expected one or more of train, ops, sample, metrics');
    expect(selectOps('matmul-1024,matmul-256')).toEqual(['matmul-1024', 'matmul-256']);
    expect(() => selectOps('conv')).toThrow('--op: unknown op "conv"');
    expect(selectConvolutions('7a, 1a')).toEqual(['7a', '1a']);
    expect(() => selectMetricParts('fid')).toThrow('--part: unknown part "fid"');
    expect(() => selectConvolutions('8a')).toThrow('--conv: unknown convolution "8a"');
  });
});

describe('convolutions', () => {
  it('follow one another as those of Inception-v3 do: the maps of Szegedy et al. 2016, table 1', () => {
    // The side of what each makes is that of what the next of the stem takes, but for the pools after 2b and 4a.
    const side = (name: string): number => {
      const { height, size, stride, padding } = convolutions.get(name)!;
      return padding === 'same' ? Math.ceil(height / stride) : Math.floor((height - size[0]) / stride) + 1;
    };
    expect(['1a', '2a', '2b', '3b', '4a', '5b-5x5', '6a', '6b-1x7', '7a', '7b-3x3'].map(side)).toEqual([
      149, 147, 147, 73, 71, 35, 17, 17, 8, 8,
    ]);
    const { x, w } = convolutionShapes(convolutions.get('6b-7x1')!);
    expect([x, w]).toEqual([
      [4, 17, 17, 128],
      [7, 1, 128, 192],
    ]);
  });
});

describe('ops', () => {
  it('take inputs of the shapes that the benchmark defines', () => {
    const shapes = (name: string) => inputShapes(ops.get(name)!);
    expect(shapes('matmul-256')).toEqual({ a: [256, 256], b: [256, 256] });
    expect(shapes('attention')).toEqual({ q: [16, 64, 8, 32], k: [16, 64, 8, 32], v: [16, 64, 8, 32] });
    expect(Object.keys(shapes('attention-gradient'))).toEqual(['q', 'k', 'v', 'dy']);
    expect(shapes('layer-norm-gradient')).toEqual({ x: [4096, 256], gamma: [256], beta: [256], dy: [4096, 256] });
  });
});
