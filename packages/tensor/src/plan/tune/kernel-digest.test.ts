// References: the list of all kernels for what the digest has to see; FNV-1a's published values for the hash.
import { expect, it } from 'vitest';
import { allKernels } from '../../testing/all-kernels';
import { leastProfile } from '../../webgpu/device/least-profile';
import { webgpuTarget } from '../../webgpu/target';
import { contractVariants } from '../../webgpu/wgsl/kernels/contract';
import { digestOf, kernelDigest, samplePlans } from './kernel-digest';

const target = webgpuTarget(leastProfile);
const plans = [...samplePlans(target)];
const withTexts = (...texts: string[]) => [{ kernels: texts.map((code) => ({ code })) }] as unknown as typeof plans;

it('the digest sees every kernel that can be chosen', () => {
  const seen = new Set(
    plans.flatMap(({ sites }) =>
      sites.flatMap(({ candidates, key }) => candidates.map((name) => `${key.split(' ', 1)[0]} ${name}`)),
    ),
  );
  const named = allKernels.filter((name) => !contractVariants.some((form) => name === `contract ${form.name}`));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !seen.has(name))).toEqual([]);
  for (const form of ['tile', 'quads', 'rows']) {
    expect([...seen].some((name) => name.startsWith(`contract ${form} `))).toBe(true);
  }
});

it('is a hash of their texts, in order', () => {
  expect(digestOf(withTexts(''), target.keyOf)).toBe('811c9dc5');
  expect(digestOf(withTexts('a'), target.keyOf)).toBe('e40c292c');
  expect(digestOf(withTexts('foo', 'bar'), target.keyOf)).toBe('bf9cf968');
  expect(kernelDigest(target)).toBe(digestOf(plans, target.keyOf));
  const [first, ...others] = plans;
  const changed = first!.kernels.map((kernel, i) => (i === 3 ? { ...kernel, code: `${kernel.code} ` } : kernel));
  expect(digestOf([{ kernels: changed }, ...others], target.keyOf)).not.toBe(kernelDigest(target));
});
