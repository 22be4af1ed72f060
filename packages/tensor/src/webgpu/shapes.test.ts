// References: the oracle in double precision, at shapes where kernels have edges: 1, primes, just past a tile; and the
// files of ops and of kernel forms for which kernels there are. Forms of whole workgroups are in workgroup-shapes.test.ts;
// packages/tensor/test/browser-kernels.test.ts runs the same cases in Chromium.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as ops from '../index';
import { makePlan } from '../plan/plan';
import { allKernels, isDefinition } from '../testing/all-kernels';
import { differentiated, forcedBy } from '../testing/kernel-case';
import { allKernelCases, casesWhere, isOfWorkgroups } from '../testing/kernel-cases';
import '../testing/quick-shaders';
import { testKernelCases } from '../testing/test-kernel-cases';
import { contractVariants } from './wgsl/kernels/contract';
import type { ContractVariant } from './wgsl/kernels/contract-problem';

const device = testKernelCases(casesWhere((test) => !isOfWorkgroups(test)));

it('names a kernel that cannot do the call, and those that can', () => {
  const { graph } = differentiated([[3, 7]], (x) => ops.softmax(x!));
  expect(() => makePlan(graph, device().target, { variants: { softmax: 'subgroup-rows' } })).toThrow(
    /no kernel 'subgroup-rows' of softmax can do this \(invocation-rows can\)/,
  );
});

/** What the modules of a folder export. */
async function exportsOf(folder: string): Promise<unknown[]> {
  const files = readdirSync(new URL(folder, import.meta.url)).filter((file) => /^(?!.*\.test\.ts$).*\.ts$/.test(file));
  const modules = await Promise.all(files.map((file) => import(/* @vite-ignore */ `${folder}${file}`)));
  return modules.flatMap((module) => Object.values(module as object));
}

const isForm = (x: unknown): x is ContractVariant => typeof x === 'object' && x !== null && 'candidates' in x;

describe('no kernel is left out', () => {
  it('of those in the files', async () => {
    const definitions = (await exportsOf('../ops/')).filter(isDefinition);
    const known = Object.values(ops).filter(isDefinition);
    expect(definitions.length).toBeGreaterThan(0);
    expect(definitions.filter((d) => !known.includes(d)).map(({ name }) => name)).toEqual([]);
    const forms = (await exportsOf('./wgsl/kernels/')).filter(isForm);
    expect(forms.length).toBeGreaterThan(0);
    expect(forms.filter((form) => !contractVariants.includes(form)).map(({ name }) => name)).toEqual([]);
  });

  it('by the cases', () => {
    expect(new Set(allKernelCases.map(({ name }) => name)).size).toBe(allKernelCases.length);
    const forced = new Set(allKernelCases.flatMap(({ options }) => forcedBy(options)));
    expect(allKernels.filter((kernel) => !forced.has(kernel))).toEqual([]);
  });
});
