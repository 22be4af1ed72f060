// Reference: tables written by hand from GitHub's Markdown table form.
import { describe, expect, it } from 'vitest';
import { convolutions } from './convolutions';
import type { Job } from './job';
import { featuresTable, metricsTables, streamLines } from './metrics-table';
import { suiteReport } from './report';
import { outcome } from './testing';

const timing = { repeats: 1, budgetMs: 1 };
const features: Job = { kind: 'features', batch: 16, ...timing };
const stream: Job = { kind: 'stream', batch: 16, few: 100, many: 1000, ...timing };
const mebibytes = (n: number): number => n * 2 ** 20;

describe('featuresTable', () => {
  it('shows images a second, and the ratio of times', () => {
    const outcomes = [
      outcome('noisesmith', 4000, { errors: { features: 0 } }),
      outcome('tfjs-webgpu', 10000, { errors: { features: 1 } }),
      { name: 'tfjs-wasm', failure: 'exit status 1' },
    ];
    expect(featuresTable({ job: features, outcomes })).toBe(
      [
        '| contestant  | runs on | images/s | ms (median) | first (ms) | ratio to noisesmith | verified      |',
        '| ----------- | ------- | -------: | ----------: | ---------: | ------------------: | ------------- |',
        '| noisesmith  | WebGPU  |     4.00 |        4000 |      20000 |               1.00× | yes           |',
        '| tfjs-webgpu | WebGPU  |     1.60 |       10000 |      50000 |               2.50× | no (features) |',
        '| tfjs-wasm   | –       |   failed |           – |          – |                   – | –             |',
      ].join('\n'),
    );
  });
});

describe('streamLines', () => {
  const grown = (more: number, memory: number) =>
    outcome('noisesmith', 1, {
      errors: { features: 0, memory },
      stream: { few: 100, growthOfFew: mebibytes(500), many: 1000, growthOfMany: mebibytes(more) },
    });

  it('tells bounded memory from memory that grows', () => {
    expect(streamLines({ job: stream, outcomes: [grown(510, 0.02)] })).toEqual([
      'noisesmith: 500.0 MiB above the baseline for 100 images, 510.0 MiB for 1000 (bounded: yes).',
    ]);
    expect(streamLines({ job: stream, outcomes: [grown(900, 0.8)] })[0]).toContain('(bounded: no (memory))');
  });

  it('says where there is no such figure', () => {
    expect(streamLines({ job: stream, outcomes: [outcome('noisesmith', 1)] })[0]).toContain('one peak of memory');
    expect(streamLines({ job: stream, outcomes: [{ name: 'noisesmith', failure: 'x' }] })).toEqual([
      'noisesmith: failed.',
    ]);
  });
});

describe('metricsTables', () => {
  it('has a heading for each kind of job there is', () => {
    const convolution: Job = { kind: 'convolution', name: '2b', convolution: convolutions.get('2b')!, ...timing };
    const frechet: Job = { kind: 'frechet', size: 2048, ...timing };
    const runs = [convolution, features, stream, frechet].map((job) => ({ job, outcomes: [outcome('noisesmith', 2)] }));
    const text = metricsTables(runs);
    expect(text.match(/^### .*$/gm)).toEqual([
      '### Convolutions of Inception-v3, 4 images',
      '### Inception-v3 of nsfwjs, batches of 16',
      '### Fréchet distance, one core',
    ]);
    expect(text).toContain('| 2b: 3x3, 147x147x32 to 64 |');
    expect(metricsTables([runs[3]!])).not.toContain('Inception');
    expect(suiteReport('metrics', runs)).toMatch(/^## Metrics, one adapter\n/);
  });
});
