/** What the page of the test of kernels runs: the cases of one subject, with a device of their own. */
import { openDevice } from '@noisesmith/tensor';
import { browserCases } from '../src/testing/kernel-cases';
import { type KernelOutcome, outcomeOf } from '../src/testing/kernel-report';

async function runKernels(subject: string) {
  using device = await openDevice();
  // Many cases share kernels, as an operation's two ways to be compiled do; SwiftShader keeps none of what it compiles.
  using _pipelines = device.keepPipelines();
  const outcomes: KernelOutcome[] = [];
  for (const test of browserCases(subject)) outcomes.push(await outcomeOf(device, test));
  return { profile: device.profile, outcomes };
}

declare global {
  var kernels: { readonly run: typeof runKernels };
}
globalThis.kernels = { run: runKernels };
