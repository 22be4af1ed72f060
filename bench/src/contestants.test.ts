// Reference: the usage text; a program that is no Python stands for one without PyTorch.
import { describe, expect, it } from 'vitest';
import { contestants, contestantsOf, isOpenList, selectContestants, unableBecause, wantsPython } from './contestants';
import type { Job } from './job';
import { missingPyTorch } from './python';

const all = [...contestants.keys()];
const noTorch = { onCpu: 'no torch', onCuda: 'no torch' };
const able = unableBecause(undefined, undefined);
const withoutPython = unableBecause(undefined, noTorch);

describe('selectContestants', () => {
  it('takes all that can run', () => {
    expect(selectContestants('all', able)).toEqual(all);
    expect(selectContestants('all', withoutPython)).toEqual(all.filter((name) => !name.startsWith('pytorch')));
  });

  it('leaves out what starts slowly without a list', () => {
    expect(selectContestants(undefined, withoutPython)).toEqual([
      'noisesmith',
      'noisesmith-wasm',
      'tfjs-webgpu',
      'tfjs-wasm',
      'jax-js-wasm',
    ]);
    expect(selectContestants(undefined, able)).toContain('pytorch');
  });

  it('keeps the order given and names what it does not know', () => {
    expect(selectContestants('tfjs-wasm, noisesmith', withoutPython)).toEqual(['tfjs-wasm', 'noisesmith']);
    expect(() => selectContestants('noisesmith,onnx', able)).toThrow(
      `"onnx", expected one or more of ${all.join(', ')}`,
    );
  });

  it('refuses one that cannot run', () => {
    expect(selectContestants('pytorch', able)).toEqual(['pytorch']);
    expect(() => selectContestants('pytorch', withoutPython)).toThrow('--contestants: pytorch cannot run: no torch');
    const withoutCuda = unableBecause(undefined, { onCpu: undefined, onCuda: 'no CUDA' });
    expect(selectContestants('all', withoutCuda)).toEqual(all.filter((name) => !name.startsWith('pytorch-cuda')));
    for (const name of ['pytorch-cuda', 'pytorch-cuda-graph', 'pytorch-cuda-tf32', 'pytorch-cuda-tf32-graph']) {
      expect(() => selectContestants(name, withoutCuda)).toThrow(`--contestants: ${name} cannot run: no CUDA`);
      expect(wantsPython(name)).toBe(true);
    }
  });
});

describe('without an adapter', () => {
  const unable = unableBecause('no driver', noTorch);

  it('leaves out all that compute on WebGPU', () => {
    expect(selectContestants(undefined, unable)).toEqual(['noisesmith-wasm', 'tfjs-wasm', 'jax-js-wasm']);
    expect(selectContestants('all', unable)).toEqual(['noisesmith-wasm', 'tfjs-wasm', 'jax-js-wasm']);
    expect(selectContestants('tfjs-wasm', unable)).toEqual(['tfjs-wasm']);
    expect(() => selectContestants('tfjs-wasm,noisesmith', unable)).toThrow(
      '--contestants: noisesmith cannot run: no driver',
    );
    for (const name of all.filter((one) => one.endsWith('webgpu'))) expect(unable.get(name)).toBe('no driver');
  });

  it('is told of where whatever can run was asked for', () => {
    expect([undefined, 'all', 'tfjs-wasm'].map(isOpenList)).toEqual([true, true, false]);
  });
});

describe('contestantsOf', () => {
  const of = (job: object) => contestantsOf(job as Job, ['pytorch', 'tfjs-wasm', 'noisesmith', 'jax-js-wasm']);

  it('leaves convolutions and networks to the peers that have them, and memory and distances to the reference', () => {
    expect(of({ kind: 'convolution' })).toEqual(['tfjs-wasm', 'noisesmith']);
    expect(of({ kind: 'features' })).toEqual(['tfjs-wasm', 'noisesmith']);
    expect(of({ kind: 'stream' })).toEqual(['noisesmith']);
    expect(of({ kind: 'frechet' })).toEqual(['noisesmith']);
    expect(of({ kind: 'op' })).toHaveLength(4);
    expect(contestantsOf({ kind: 'stream' } as Job, ['tfjs-wasm', 'noisesmith-wasm'])).toEqual(['noisesmith-wasm']);
  });
});

describe('wantsPython', () => {
  it('is the case for lists with PyTorch, for all and for no list', () => {
    for (const list of [undefined, 'all', 'noisesmith, pytorch', 'pytorch-cuda']) expect(wantsPython(list)).toBe(true);
    expect(wantsPython('noisesmith')).toBe(false);
  });
});

describe('missingPyTorch', () => {
  it('says in one line why there is none', () => {
    const { onCpu, onCuda } = missingPyTorch('no-such-python');
    expect(onCpu).toMatch(/^no-such-python does not start .*$/);
    expect(onCuda).toBe(onCpu);
    // Node takes -c for a syntax check of a file, which does not exist.
    expect(missingPyTorch(process.execPath).onCpu).toMatch(/^.* -c "import torch" fails.*$/);
  });
});
