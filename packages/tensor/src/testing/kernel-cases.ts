import { attentionCases } from './attention-cases';
import { contractCases } from './contract-cases';
import { foldCases } from './fold-cases';
import { generatedCases, operationKernels } from './generated-cases';
import type { KernelCase } from './kernel-case';
import { optimizerCases } from './optimizer-cases';
import { rowCases } from './row-cases';

/** Programs that between them run every kernel the engine has, by the subject that they are about. */
export const kernelCases: Readonly<Record<string, readonly KernelCase[]>> = {
  contractions: contractCases,
  rows: rowCases,
  attention: attentionCases,
  optimizers: optimizerCases,
  'long folds': foldCases,
  'what the rules choose': generatedCases,
  operations: operationKernels,
};

export const allKernelCases: readonly KernelCase[] = Object.values(kernelCases).flat();

/** Those of a subject that run in a browser too. */
export const browserCases = (subject: string): readonly KernelCase[] =>
  kernelCases[subject]!.filter(({ nodeOnly }) => !nodeOnly);
