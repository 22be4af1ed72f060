import type { Tensor } from '../ir/tensor';
import { alongForms, foldsAlong } from './along';
import { concatForms } from './concat';
import { contractForm } from './contract';
import type { Memory } from './emitter';
import { Fold, foldsFours } from './fold';
import type { Forms } from './form';
import { costOf, pointwiseForm } from './pointwise';
import { reduceForms } from './reduce';

/** What becomes one group of kernels, see `plan/fuse.ts`. */
export interface Grouped {
  readonly kind: 'pointwise' | 'reduce' | 'contract';
  readonly anchor: Tensor;
  readonly outputs: readonly Tensor[];
}

/** What a backend says of its kernels. */
export interface GenericRules {
  readonly memory: Memory;
  /** Operands that a kernel can be given, all step scalars as one. */
  readonly operands: number;
  /** What tells the operand from others that a tensor in memory lies in. */
  operandOf(t: Tensor): string;
  /** True where an item may take four neighbours of each of these at a time; where it cannot, it takes one. */
  takesFour(xs: readonly Tensor[]): boolean;
  /** True where four neighbours may begin at any element, and may be fewer at the end of a tensor. */
  readonly unaligned?: boolean;
  /** True where a fold may take four of its elements at a time; that changes the order of a sum. */
  readonly along?: boolean;
  /**
   * Elements that one item folds at most where neighbouring results have neighbouring elements: what the next item reads
   * beside them is in the cache still.
   */
  readonly longestAcross?: number;
}

/** The kernels of a group by the generic rules. */
export function genericForms(group: Grouped, rules: GenericRules): Forms {
  const { kind, anchor, outputs } = group;
  switch (kind) {
    case 'pointwise':
      if (anchor.node.kind === 'concat') return { forms: joined(anchor, rules) };
      return {
        forms: [pointwiseForm(anchor, (rules.unaligned || anchor.size % 4 === 0) && rules.takesFour([anchor]) ? 4 : 1)],
      };
    case 'reduce': {
      const fold = foldOf(anchor, rules);
      const along = rules.along && foldsAlong(fold) && rules.takesFour([fold.x]);
      return along ? alongForms(fold, outputs) : reduceForms(fold, outputs, rules.longestAcross);
    }
    case 'contract':
      return { forms: [contractForm(anchor, outputs)] };
  }
}

/** How the results of a reduce are folded. */
export function foldOf(output: Tensor, rules: GenericRules): Fold {
  const one = new Fold(output, 1);
  return foldsFours(one, rules.unaligned) && rules.takesFour([one.x]) ? new Fold(output, 4) : one;
}

const joined = (output: Tensor, { memory, operands, operandOf, takesFour }: GenericRules) =>
  concatForms(output, {
    operands,
    loadsOf(x) {
      const { loads, readsScalars } = costOf(memory, x);
      return new Set([...[...loads].map(operandOf), ...(readsScalars ? ['scalars'] : [])]);
    },
    widthOf: (xs) => (takesFour(xs) ? 4 : 1),
  });
