import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest from a clean clone, when nothing is known of them yet; the longest first. */
export const longest: readonly string[] = [
  'tools/readme/readme.test.ts',
  'packages/runs/src/table1-forward.test.ts',
  'packages/tensor/src/webgpu/wgsl/kernels/contract.test.ts',
  'packages/metrics/src/inception/feature-network.test.ts',
  'packages/tensor/src/webgpu/shapes.test.ts',
  'packages/tensor/src/webgpu/workgroup-shapes.test.ts',
  'packages/tensor/src/plan/half.test.ts',
  'examples/examples.test.ts',
  'apps/trainer/test/tune.test.ts',
  'apps/trainer/test/outside.test.ts',
  'apps/trainer/test/train.test.ts',
  'examples/readmes.test.ts',
  'apps/trainer/test/bench.test.ts',
  'packages/tensor/src/plan/frozen.test.ts',
  'packages/training/src/huge.test.ts',
  'examples/mnist-classifier.test.ts',
  'packages/conformance/src/conformance.test.ts',
  'apps/trainer/test/resume-kinds.test.ts',
  'apps/trainer/test/serve.test.ts',
  'packages/runs/src/run.test.ts',
  'apps/trainer/test/weights.test.ts',
  'packages/training/src/trainer.test.ts',
  'apps/trainer/test/train-eval.test.ts',
  'packages/tensor/test/browser-kernels.test.ts',
  'apps/viewer/test/browser-train.test.ts',
  'apps/viewer/test/browser-sample.test.ts',
  'apps/viewer/test/browser-noise.test.ts',
  'packages/metrics/test/browser-inception.test.ts',
  'apps/viewer/test/browser-shell.test.ts',
  'packages/conformance/test/browser-conformance.test.ts',
  'packages/runs/test/browser-run.test.ts',
  'apps/viewer/test/browser-runs.test.ts',
  'apps/viewer/test/browser-schedules.test.ts',
  'apps/viewer/test/browser-device.test.ts',
  'apps/viewer/test/browser-inspect.test.ts',
  'packages/metrics/test/browser-worker.test.ts',
  'apps/viewer/test/browser-responsive.test.ts',
];

/** Where a file stands in the order, by its absolute path. */
export function placeOf(path: string): number {
  const place = longest.findIndex((name) => path.endsWith(`/${name}`));
  return place < 0 ? longest.length : place;
}

/** Starts the longest files first, so that no core waits for one of them at the end; files that share processes come last, side by side. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const place = ({ moduleId, project }: TestSpecification) =>
      project.config.isolate ? placeOf(moduleId) : longest.length + 1;
    return others.toSorted((a, b) => place(a) - place(b));
  }
}
