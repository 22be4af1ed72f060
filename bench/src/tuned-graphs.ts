import { presetConfig, runPrograms } from '@noisesmith/runs';
import type { Graph } from '@noisesmith/tensor';
import { SMALL, TINY } from './configs';
import { timedGraph } from './peers/noisesmith/train-step';

const mnistTiny = runPrograms(presetConfig('mnist-tiny')).map(({ graph }) => graph);

/** The programs that the kernel choices which come with the engine are measured on. */
export const graphs: readonly Graph[] = [timedGraph(TINY), timedGraph(SMALL), ...mnistTiny];
