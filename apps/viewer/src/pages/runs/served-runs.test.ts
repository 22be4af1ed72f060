// Reference: a server in memory with the ways of `apps/trainer/src/serve` (a list, ranges, tags); what it was asked is counted.
import { describe, expect, it } from 'vitest';
import { ServedRuns } from './served-runs';

const base = 'http://here/run/';

/** `ends`: so many characters of the statistics stand in the list. */
function setUp(files: Record<string, string>, { ranges = true, ends = 0 } = {}) {
  const asked: string[] = [];
  const list = (): string => {
    const runs = new Map<string, { path: string; size: number; modified: number; end?: object }[]>();
    for (const [name, text] of Object.entries(files)) {
      const at = name.indexOf('/') + 1;
      const run = name.slice(0, at);
      const file = { path: name.slice(at), size: text.length, modified: text.length };
      const from = Math.max(0, text.length - ends);
      const end = ends > 0 && name.endsWith('stats.jsonl') && { end: { from, text: text.slice(from) } };
      runs.set(run, [...(runs.get(run) ?? []), { ...file, ...end }]);
    }
    return JSON.stringify({ runs: [...runs].map(([path, own]) => ({ path, name: path.slice(0, -1), files: own })) });
  };
  const fetch = async (url: string, { headers = {} }: RequestInit): Promise<Response> => {
    const path = decodeURIComponent(url.slice(base.length).replace(/\?page=\w+$/, ''));
    const { 'if-none-match': tag, range } = headers as Record<string, string>;
    asked.push(`${path}${range ? ` ${range}` : ''}`);
    if (path === '') {
      const text = list();
      if (tag === text) return new Response(null, { status: 304 });
      return new Response(text, {
        headers: { 'content-type': 'application/json', etag: text, 'x-look-after': '7000' },
      });
    }
    const text = files[path]!;
    const from = ranges && range ? Number(/\d+/.exec(range)![0]) : undefined;
    if (from !== undefined && from >= text.length) return new Response(null, { status: 416 });
    return new Response(text.slice(from ?? 0), { status: from === undefined ? 200 : 206 });
  };
  return { asked, files, runs: new ServedRuns(base, fetch) };
}

const line = (step: number): string => `{"step":${step},"loss":0.5,"time":"2026-01-01T00:00:00.000Z"}\n`;
const steps = async ({ runs }: ReturnType<typeof setUp>) =>
  (await runs.look())?.map(({ id, log }) => [id, log?.lines.map(({ step }) => step)]);

describe('runs of a server', () => {
  it('are read once, and then only what is new', async () => {
    const served = setUp({ 'a/config.json': '{}', 'a/stats.jsonl': line(1) + line(2), 'b c/stats.jsonl': line(7) });
    expect(await steps(served)).toEqual([
      ['served:a/', [1, 2]],
      ['served:b c/', [7]],
    ]);
    expect(served.asked).toEqual(['', 'a/stats.jsonl', 'a/config.json', 'b c/stats.jsonl']);
    expect(served.runs.lookAfter).toBe(7000);
    expect(await steps(served)).toEqual([]);
    // Half of a line is no line yet.
    served.files['a/stats.jsonl'] += line(3).slice(0, 20);
    expect(await steps(served)).toEqual([['served:a/', [1, 2]]]);
    served.files['a/stats.jsonl'] += line(3).slice(20);
    expect(await steps(served)).toEqual([['served:a/', [1, 2, 3]]]);
    expect(served.asked.slice(4)).toEqual(['', '', 'a/stats.jsonl bytes=0-', '', 'a/stats.jsonl bytes=0-']);
  });

  it('are read from behind where much is known', async () => {
    const many = Array.from({ length: 20 }, (_, i) => line(i)).join('');
    const served = setUp({ 'a/stats.jsonl': many });
    await served.runs.look();
    served.files['a/stats.jsonl'] += line(20);
    expect((await steps(served))![0]![1]).toHaveLength(21);
    expect(served.asked.at(-1)).toBe(`a/stats.jsonl bytes=${many.length - 256}-`);
  });

  it.each([true, false])('that went back to a checkpoint are read again; ranges: %s', async (ranges) => {
    const served = setUp({ 'a/stats.jsonl': line(1) + line(2) + line(3) }, { ranges });
    await served.runs.look();
    served.files['a/stats.jsonl'] = line(1);
    expect(await steps(served)).toEqual([['served:a/', [1]]]);
    served.files['a/stats.jsonl'] = line(4) + line(5);
    expect(await steps(served)).toEqual([['served:a/', [4, 5]]]);
  });

  it('whose list holds the end of their statistics are asked for nothing else', async () => {
    const served = setUp({ 'a/stats.jsonl': line(1) + line(2) }, { ends: 1000 });
    expect(await steps(served)).toEqual([['served:a/', [1, 2]]]);
    served.files['a/stats.jsonl'] += line(3).slice(0, 20);
    expect(await steps(served)).toEqual([['served:a/', [1, 2]]]);
    served.files['a/stats.jsonl'] += line(3).slice(20) + line(4);
    expect(await steps(served)).toEqual([['served:a/', [1, 2, 3, 4]]]);
    expect(await steps(served)).toEqual([]);
    expect(served.asked).toEqual(['', '', '', '']);
  });

  it('that grew by more than the list holds, or went back, are asked for it', async () => {
    const many = Array.from({ length: 20 }, (_, i) => line(i)).join('');
    const served = setUp({ 'a/stats.jsonl': many }, { ends: 400 });
    expect((await steps(served))![0]![1]).toHaveLength(20);
    served.files['a/stats.jsonl'] += line(20) + line(21);
    expect((await steps(served))![0]![1]).toHaveLength(22);
    const held = served.files['a/stats.jsonl']!.length;
    served.files['a/stats.jsonl'] += line(22) + line(23) + line(24);
    expect((await steps(served))![0]![1]).toHaveLength(25);
    expect(served.asked).toEqual(['', 'a/stats.jsonl', '', '', `a/stats.jsonl bytes=${held - 256}-`]);
    // Another file of the same length as far as it was read, and more behind it.
    served.files['a/stats.jsonl'] = served.files['a/stats.jsonl']!.replaceAll('0.5', '0.7') + line(25);
    expect((await steps(served))![0]![1]).toHaveLength(26);
    expect((await served.runs.look())?.length).toBe(0);
    served.files['a/stats.jsonl'] = line(1);
    expect(await steps(served)).toEqual([['served:a/', [1]]]);
  });

  it('with bytes that are no text are asked for them', async () => {
    const served = setUp({ 'a/stats.jsonl': `${line(1)}\ud800` }, { ends: 1000 });
    expect(await steps(served)).toEqual([['served:a/', [1]]]);
    expect(served.asked).toEqual(['', 'a/stats.jsonl']);
  });

  it('are none where the address gives something else', async () => {
    const page = async () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });
    expect(await new ServedRuns(base, page).look()).toBeUndefined();
    expect(await new ServedRuns(base, async () => new Response(null, { status: 404 })).look()).toBeUndefined();
  });
});
