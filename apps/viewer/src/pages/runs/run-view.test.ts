// Reference: means and ends worked out by hand; files as a run leaves them (README of the trainer).
import { describe, expect, it } from 'vitest';
import { curvesOf, flatSettings, type RunSource, resultsOf, viewOf } from './run-view';
import { StatsLog } from './stats-log';

const HOUR = 3_600_000;
const lines = [
  { step: 2, images: 8, loss: 4, time: 0 },
  { step: 4, images: 16, loss: 2, frechet: 9, time: HOUR },
  { step: 5, images: 20, loss: 1, frechet: 3, imagesPerSecond: 7, time: 2 * HOUR },
  { step: 9, images: 36, loss: 0.5, frechet: 5, time: 4 * HOUR },
];

it('curves have a point for each line, and NaN where it says nothing', () => {
  const curves = curvesOf(lines);
  expect(Array.from(curves.step)).toEqual([2, 4, 5, 9]);
  expect(Array.from(curves.hours)).toEqual([0, 1, 2, 4]);
  expect(Array.from(curves.loss)).toEqual([4, 2, 1, 0.5]);
  expect(Array.from(curves.frechet)).toEqual([Number.NaN, 9, 3, 5]);
  expect(Array.from(curves.gradientNorm)).toEqual(Array(4).fill(Number.NaN));
});

it('neighbours are joined where there are many: means of values, the last of counts', () => {
  const curves = curvesOf(lines, 2);
  expect(Array.from(curves.step)).toEqual([4, 9]);
  expect(Array.from(curves.images)).toEqual([16, 36]);
  expect(Array.from(curves.loss)).toEqual([3, 0.75]);
  expect(Array.from(curves.frechet)).toEqual([9, 4]);
});

it('results are those at the end, and the least distance', () => {
  const results = { step: 9, images: 36, loss: 0.5, frechet: 5, leastFrechet: 3, imagesPerSecond: 7, hours: 4 };
  expect(resultsOf(lines)).toEqual(results);
  expect(resultsOf([])).toEqual({ ...Object.fromEntries(Object.keys(results).map((name) => [name, undefined])) });
  const many = Array.from({ length: 30 }, (_, i) => ({ step: i, loss: i }));
  expect(resultsOf(many).loss).toBe(28);
});

it('settings are named by their paths; lists stay whole', () => {
  expect(
    flatSettings({ preset: 'x', train: { learningRate: { base: 0.1 } }, model: { image: [8, 8] }, n: null }),
  ).toEqual({
    preset: 'x',
    'train.learningRate.base': 0.1,
    'model.image': [8, 8],
    n: null,
  });
});

describe('a run', () => {
  const source = (over: Partial<RunSource> & { stats?: string } = {}): RunSource => {
    const log = new StatsLog();
    log.append(over.stats ?? '{"step":1,"loss":2,"lossQuarters":[1,2,null,4]}\n');
    return { id: 'a', name: 'digits', texts: new Map(), log, files: new Map(), ...over };
  };

  it('is shown with its grids in order, the one at the end last', () => {
    const files = new Map(['grids/000200.png', 'grid.png', 'grids/1000000.png', 'grids/notes.txt'].map((p) => [p, p]));
    const { grids, state } = viewOf(source({ files }));
    expect(grids.map(({ step }) => step)).toEqual([200, 1_000_000, undefined]);
    expect(state).toBe('finished');
    expect(viewOf(source({ files: new Map([['lock', '']]) })).state).toBe('training');
    expect(viewOf(source()).state).toBe('stopped');
  });

  it('has its losses by logSNR, or by quarters of t where it is of an earlier version', () => {
    const { lastLevels, levels } = viewOf(source());
    expect([levels?.by, levels?.rows, Array.from(levels!.values)]).toEqual([
      'quarter',
      [0, 0.25, 0.5, 0.75, 1],
      [1, 2, Number.NaN, 4],
    ]);
    expect(lastLevels).toEqual([]);
    const today = viewOf(source({ stats: '{"step":3,"lossByLogSnr":{"from":-1,"counts":[1,2],"losses":[5,6]}}\n' }));
    expect([today.levels?.by, today.levels?.rows, today.lastLevels]).toEqual([
      'logSnr',
      [-1, 0, 1],
      [
        [-0.5, 5],
        [0.5, 6],
      ],
    ]);
  });

  it('joins the settings of its files, and names those that are damaged', () => {
    const texts = new Map([
      ['config.json', '{"train":{"batch":4}}'],
      ['tuning.json', '{"source":"default","choices":{"a":"b"}}'],
      ['dataset.json', '{"images":'],
    ]);
    const { problems, settings } = viewOf(source({ texts }));
    expect(settings).toEqual({ 'train.batch': 4, 'kernels.source': 'default' });
    expect(problems).toEqual(['dataset.json is damaged: no JSON object; its settings are not shown']);
  });

  it.each([
    ['\u0000\u0001binary\nmore\n', 'stats.jsonl is damaged: no line holds a step; expected a JSON object on each'],
    ['{"step":1}\nx\n{"step":2}\n', 'stats.jsonl: 1 of 3 lines are damaged and left out, the first is line 2'],
  ])('says in one line what is wrong with its statistics', (stats, problem) => {
    expect(viewOf(source({ stats })).problems).toEqual([problem]);
  });

  it('may have none', () => {
    expect(viewOf(source({ log: undefined })).problems).toEqual(['there is no stats.jsonl, so there are no curves']);
  });
});
