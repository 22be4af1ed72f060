import { attentionCases } from './attention-cases';
import { contractCases } from './contract-cases';
import { foldCases } from './fold-cases';
import { generatedCases, operationKernels } from './generated-cases';
import { forcedBy, type KernelCase } from './kernel-case';
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

/** By subject, those that hold; all but the operations, which program.test.ts runs in Node. */
export function casesWhere(holds: (test: KernelCase) => boolean): Readonly<Record<string, readonly KernelCase[]>> {
  const subjects = Object.entries(kernelCases).filter(([subject]) => subject !== 'operations');
  return Object.fromEntries(
    subjects.map(([subject, cases]) => [subject, cases.filter(holds)] as const).filter(([, cases]) => cases.length > 0),
  );
}

/** Whether a case forces kernels, and those of whole workgroups alone: what they compute with knows no subgroups. */
export function isOfWorkgroups({ options }: KernelCase): boolean {
  const kernels = forcedBy(options);
  return kernels.length > 0 && kernels.every((kernel) => kernel.includes(' workgroup-'));
}
