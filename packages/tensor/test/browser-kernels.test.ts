// References: the oracle in double precision, run in the page beside the WebGPU of Chromium; and what each kernel says
// of the adapters that can run it. The cases are those of packages/tensor/src/testing/kernel-cases.ts but for the slowest to compile.
import type { AdapterProfile } from '@noisesmith/tensor';
import { type ChromiumPage, openChromiumPage } from '@noisesmith/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allKernels } from '../src/testing/all-kernels';
import { forcedBy, unableIn } from '../src/testing/kernel-case';
import { browserCases, kernelCases } from '../src/testing/kernel-cases';
import type {} from './kernels-page';

let chromium: ChromiumPage;
beforeAll(async () => {
  chromium = await openChromiumPage(new URL('./kernels-page.ts', import.meta.url));
});
afterAll(() => chromium.close());

let adapter: AdapterProfile | undefined;
const ran = new Set<string>();
const unable = new Set<string>();

describe('in a browser, every case that the adapter can run equals the oracle, and the others are refused', () => {
  it.each(Object.keys(kernelCases))('%s', async (subject) => {
    const cases = browserCases(subject);
    const { profile, outcomes } = await chromium.page.evaluate((name) => kernels.run(name), subject);
    adapter = profile;
    expect(outcomes.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
    const wrong = outcomes.filter(({ error }, i) => error !== undefined && !(error < cases[i]!.tolerance));
    expect(wrong).toEqual([]);

    const left = outcomes.flatMap(({ error, ...rest }) => (error === undefined ? [rest] : []));
    const expected = cases.flatMap((test) => {
      const kernels = unableIn(test, profile);
      const refusal = expect.stringMatching(/^[^\n]*no kernel '[^\n]*$/);
      return kernels.length > 0 ? [{ name: test.name, unable: kernels, refusal }] : [];
    });
    expect(left).toEqual(expected);

    cases.forEach(({ options }, i) => {
      for (const kernel of forcedBy(options)) if (outcomes[i]!.error !== undefined) ran.add(kernel);
    });
    for (const kernel of left.flatMap((outcome) => outcome.unable ?? [])) unable.add(kernel);
  });

  it('every kernel ran, but those that can run nowhere on this adapter', () => {
    const missing = allKernels.filter((kernel) => !ran.has(kernel));
    expect(missing.filter((kernel) => !unable.has(kernel))).toEqual([]);
    // SwiftShader runs them all.
    if (adapter!.software && adapter!.subgroupSize > 0) expect(missing).toEqual([]);
  });
});
