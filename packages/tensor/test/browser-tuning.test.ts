// References: IndexedDB itself: what was written is read after the page is loaded again, and what is not sound is one
// line; the oracle in double precision, and the plan's own list of candidates, for what tuning chooses.
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type {} from './tuning-page';

let chromium: ChromiumPage;
beforeAll(async () => {
  chromium = await openChromiumPage(new URL('./tuning-page.ts', import.meta.url));
});
afterAll(() => chromium.close());

const read = (key: string) => chromium.page.evaluate((k) => tuning.read(k), key);
const warnings = () => chromium.page.evaluate(() => tuning.warnings());
afterEach(async () => {
  expect(await warnings()).toEqual([]);
});

const table = { key: 'google | swiftshader | engine 1.0.0', choices: { 'softmax 3x20': 'invocation-rows' } };

describe('the store of tuning tables in a browser', () => {
  it('has no table before one is written', async () => {
    expect(await read(table.key)).toBeUndefined();
  });

  it('keeps the last table written for a key, for pages that are loaded later', async () => {
    await chromium.page.evaluate((t) => tuning.write({ ...t, choices: { other: 'older' } }), table);
    await chromium.page.evaluate((t) => tuning.write(t), table);
    expect(await read(table.key)).toEqual(table);
    await chromium.page.reload();
    expect(await read(table.key)).toEqual(table);
    expect(await read('another key')).toBeUndefined();
  });

  it.each([
    ['half a table', '{"key": "damaged", "choices": {"si', 'it is not JSON'],
    ['a table without choices', '{"key": "damaged"}', 'it is not a tuning table: it has no choices'],
    ['a choice that is no name', '{"key": "damaged", "choices": {"site": 3}}', "its choice for 'site' is no name"],
    ['the table of another adapter', JSON.stringify(table), `it was made for ${table.key}, not for damaged`],
  ])('refuses %s with one line, and takes a sound table in its place', async (_, text, reason) => {
    await chromium.page.evaluate((value) => tuning.plant('damaged', value), text);
    expect(await read('damaged')).toBeUndefined();
    expect(await warnings()).toEqual([`tuning table IndexedDB tuning-test: damaged is not used: ${reason}`]);
    await chromium.page.evaluate((t) => tuning.write(t), { ...table, key: 'damaged' });
    expect(await read('damaged')).toEqual({ ...table, key: 'damaged' });
  });

  it('warns in one line each, and does not fail, where the database cannot be opened', async () => {
    await chromium.page.evaluate(() => tuning.plantLater('later'));
    await chromium.page.evaluate((t) => tuning.write(t, 'later'), table);
    expect(await chromium.page.evaluate((key) => tuning.read(key, 'later'), table.key)).toBeUndefined();
    const line = (verb: string) => expect.stringMatching(`^tuning table IndexedDB later: .* is not ${verb}: [^\\n]+$`);
    expect(await warnings()).toEqual([line('kept'), line('used')]);
  });
});

describe('tune in a browser', () => {
  it('chooses among the candidates; a page that is loaded later computes with what was chosen', async () => {
    const tuned = await chromium.page.evaluate(() => tuning.tuneProduct());
    expect(tuned.table.key).toBe(tuned.key);
    await chromium.page.reload();
    const { tuning: kept, sites, error } = await chromium.page.evaluate(() => tuning.runTuned());
    expect(kept).toEqual(tuned.table);
    expect(sites).toHaveLength(1);
    const [{ key, candidates, chosen }] = sites as [(typeof sites)[0]];
    expect(candidates.length).toBeGreaterThan(1);
    expect(kept.choices).toEqual({ [key]: chosen });
    expect(candidates).toContain(chosen);
    // Float32 sums of 64 products of numbers up to 1.
    expect(error).toBeLessThan(1e-5);
  });
});
