// Reference: the suites as the usage text states them.
import { describe, expect, it } from 'vitest';
import { SMALL, TINY } from './configs';
import { jobName } from './job';
import { inputShapes, ops } from './ops';
import { jobsOf, selectOps, selectSuites } from './suites';

const selection = {
  configs: [TINY, SMALL],
  ops: ['matmul-512', 'attention'],
  steps: 7,
  rounds: 3,
  budgetMs: 1000,
  fixture: null,
};

describe('jobsOf', () => {
  const names = (suite: 'train' | 'ops' | 'sample') => jobsOf(suite, selection).map(jobName);

  it('makes train and sampling jobs of configs and op jobs of ops', () => {
    expect(names('train')).toEqual(['train tiny', 'train small']);
    expect(names('ops')).toEqual(['matmul-512', 'attention']);
    expect(names('sample')).toEqual(['denoise tiny', 'ddim10 tiny', 'denoise small', 'ddim10 small']);
  });

  it('repeats steps and rounds as often as asked', () => {
    expect(jobsOf('train', selection).map(({ repeats }) => repeats)).toEqual([7, 7]);
    expect(jobsOf('ops', selection).map(({ repeats }) => repeats)).toEqual([3, 3]);
  });
});

describe('selection', () => {
  it('keeps the order given and names what it does not know', () => {
    expect(selectSuites('sample, train')).toEqual(['sample', 'train']);
    expect(() => selectSuites('train,all')).toThrow('"all", expected one or more of train, ops, sample');
    expect(selectOps('matmul-1024,matmul-256')).toEqual(['matmul-1024', 'matmul-256']);
    expect(() => selectOps('conv')).toThrow('--op: unknown op "conv"');
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
