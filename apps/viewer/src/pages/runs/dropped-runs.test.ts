// Reference: the definitions in the docstrings.
import { expect, it } from 'vitest';
import { droppedRuns, runFolders, runNames } from './dropped-runs';

const file = (path: string, content = '{}') => ({ path, file: new File([content], path.split('/').at(-1)!) });

it('a folder with a configuration or statistics is a run, and nothing below it is another', () => {
  expect(
    runFolders([
      'runs/10/config.json',
      'runs/a/config.json',
      'runs/a/old/config.json',
      'runs/b/stats.jsonl',
      'runs/9/stats.jsonl',
      'runs/c/notes.txt',
      'runs/a/grid.png',
    ]),
  ).toEqual(['runs/9', 'runs/10', 'runs/a', 'runs/b']);
  expect(runFolders(['stats.jsonl', 'x/config.json'])).toEqual(['']);
});

it('runs are called as their folders, with more of the way where two are alike', () => {
  expect(runNames(['runs/a', 'b'])).toEqual(['a', 'b']);
  expect(runNames(['x/a', 'y/a', ''])).toEqual(['x/a', 'y/a', 'dropped run']);
});

it('runs are read with their files', async () => {
  const [run, ...others] = await droppedRuns([
    file('a/config.json', '{"preset":"x"}'),
    file('a/stats.jsonl', '{"step":1}\n{"step":2}\n{"ste'),
    file('a/grids/000001.png', 'png'),
    file('ab/grid.png', 'png'),
  ]);
  expect(others).toEqual([]);
  expect(run).toMatchObject({ id: 'dropped:a', name: 'a' });
  expect(Object.fromEntries(run!.texts)).toEqual({ 'config.json': '{"preset":"x"}' });
  expect(run!.log!.lines.map(({ step }) => step)).toEqual([1, 2]);
  expect([...run!.files.keys()]).toEqual(['config.json', 'stats.jsonl', 'grids/000001.png']);
});

it('files without a run are refused in one line', async () => {
  await expect(droppedRuns([file('cat.png')])).rejects.toThrow(
    'no run among what was dropped (cat.png); expected the folder of a run, with config.json and stats.jsonl',
  );
});
