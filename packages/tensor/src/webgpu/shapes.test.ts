// References: the oracle in double precision, at shapes where kernels have edges: 1, primes, just past a tile; and the
// files of ops and of kernel forms for which kernels there are. packages/tensor/test/browser-kernels.test.ts runs the same
// cases in Chromium.
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../index';
import { type Device, openDevice } from '../index';
import { makePlan } from '../plan/plan';
import { allKernels, isDefinition } from '../testing/all-kernels';
import { differentiated, forcedBy } from '../testing/kernel-case';
import { allKernelCases, kernelCases } from '../testing/kernel-cases';
import { type KernelOutcome, outcomeOf } from '../testing/kernel-report';
import { contractVariants } from './wgsl/kernels/contract';
import type { ContractVariant } from './wgsl/kernels/contract-problem';

let device: Device;
const outcomes = new Map<string, KernelOutcome>();
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

const { operations, ...subjects } = kernelCases;

describe.each(Object.entries(subjects))('%s', (_, cases) => {
  it.each(cases.map((test) => [test.name, test] as const))('%s', async (_name, test) => {
    const outcome = await outcomeOf(device, test);
    outcomes.set(test.name, outcome);
    if (outcome.unable) expect(outcome.refusal).toMatch(/^[^\n]*no kernel '[^\n]*$/);
    else expect(outcome.error).toBeLessThan(test.tolerance);
  });
});

it('names a kernel that cannot do the call, and those that can', () => {
  const { graph } = differentiated([[3, 7]], (x) => ops.softmax(x!));
  expect(() => makePlan(graph, device.target, { variants: { softmax: 'subgroup-rows' } })).toThrow(
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

  it('by this adapter', () => {
    const ran = allKernelCases.filter(({ name }) => outcomes.get(name)?.error !== undefined);
    const kernels = new Set(ran.flatMap(({ options }) => forcedBy(options)));
    const missing = allKernels.filter((kernel) => !kernels.has(kernel));
    const unable = new Set([...outcomes.values()].flatMap((outcome) => outcome.unable ?? []));
    expect(missing.filter((kernel) => !unable.has(kernel))).toEqual([]);
    // A CPU adapter with subgroups runs them all.
    if (device.profile.software && device.profile.subgroupSize > 0) expect(missing).toEqual([]);
  });
});
