import { configDefaults, defineConfig } from 'vitest/config';
import { isWithoutWebgpu, namesThatRun, webgpuFiles, webgpuRoom } from './tools/testing/webgpu-tests.ts';
import { shared } from './vitest.shared.ts';

const every = [
  'packages/*/src/**/*.test.ts',
  'apps/*/{src,test}/**/*.test.ts',
  'examples/**/*.test.ts',
  'tools/**/*.test.ts',
  'bench/**/*.test.ts',
];
/**
 * Folders of short files: to start a process for each, and to read the packages in it, takes longer than the tests. Files
 * that look at their process's memory are not among them.
 */
const short = [
  'packages/{data,diffusion,rin,samplers,schedules}/src/**/*.test.ts',
  'packages/formats/src/**/!(npz-large).test.ts',
  'packages/metrics/src/{*,evaluate/*,images/*,linear/*,networks/*}.test.ts',
  'packages/tensor/src/{autodiff,ops,oracle,random}/**/*.test.ts',
  'packages/tensor/src/ir/**/!(term).test.ts',
  'packages/tensor/src/{lower,plan/cost,plan/tune,wasm/assembler,webgpu/device}/**/*.test.ts',
  'packages/tensor/src/plan/{in-flight,memory,target}.test.ts',
  'packages/tensor/src/wasm/{index-value,order,scalar-ops,side-by-side,target}.test.ts',
  'packages/tensor/src/webgpu/**/{contract-tile,defaults,given,index-text,kernel-text,work}.test.ts',
  'packages/tensor/src/{op-table,rooms}.test.ts',
  'packages/tensor/src/wasm/{math,writer}/*.test.ts',
  'packages/training/src/{checkpoint,config,draw,given-inputs,loss-by-log-snr,opfs-storage,rates,statistics,train-step}.test.ts',
  'packages/runs/src/**/{apng,class-grid,data-paths,inspect-file,model-file,png,presets}.test.ts',
  'apps/{trainer,viewer}/src/**/*.test.ts',
  'bench/src/**/!(memory).test.ts',
  'tools/check/!(tools).test.ts',
  'tools/{release,setup,tasks,testing}/**/*.test.ts',
];
const left = isWithoutWebgpu() ? [`${webgpuRoom}/**`, ...webgpuFiles] : [];
/** What drives Chromium, and what `npm run release -- try` runs, have configurations of their own. */
const exclude = [
  ...[...configDefaults.exclude, ...left],
  'apps/*/test/browser-*.test.ts',
  'tools/release/registry/*.test.ts',
];

/** Every test in Node: short files one after the other in the same processes, each of the others in a process of its own. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    testNamePattern: namesThatRun(),
    projects: [
      { extends: true, test: { name: 'short', include: short, exclude, isolate: false } },
      { extends: true, test: { name: 'alone', include: every, exclude: [...exclude, ...short] } },
    ],
  },
});
