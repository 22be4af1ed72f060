import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice } from '../index';
import { allKernels } from './all-kernels';
import { forcedBy, type KernelCase } from './kernel-case';
import { type KernelOutcome, outcomeOf } from './kernel-report';

/**
 * Tests, of the file that calls this, that the cases of every subject equal the oracle, and that of the kernels they force
 * each ran that this machine's adapter can run.
 * @returns the device that they run on, once tests run
 */
export function testKernelCases(subjects: Readonly<Record<string, readonly KernelCase[]>>): () => Device {
  let device: Device;
  const outcomes = new Map<string, KernelOutcome>();
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  describe.each(Object.entries(subjects))('%s', (_, cases) => {
    it.each(cases.map((test) => [test.name, test] as const))('%s', async (_name, test) => {
      const outcome = await outcomeOf(device, test);
      outcomes.set(test.name, outcome);
      if (outcome.unable) expect(outcome.refusal).toMatch(/^[^\n]*no kernel '[^\n]*$/);
      else expect(outcome.error).toBeLessThan(test.tolerance);
    });
  });

  it('no kernel is left out by this adapter', () => {
    const cases = Object.values(subjects).flat();
    const forced = new Set(cases.flatMap(({ options }) => forcedBy(options)));
    const ran = new Set(
      cases.flatMap(({ name, options }) => (outcomes.get(name)?.error === undefined ? [] : forcedBy(options))),
    );
    const missing = allKernels.filter((kernel) => forced.has(kernel) && !ran.has(kernel));
    const unable = new Set([...outcomes.values()].flatMap((outcome) => outcome.unable ?? []));
    expect(missing.filter((kernel) => !unable.has(kernel))).toEqual([]);
    // A CPU adapter with subgroups runs them all.
    if (device.profile.software && device.profile.subgroupSize > 0) expect(missing).toEqual([]);
  });
  return () => device;
}
