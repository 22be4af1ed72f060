import type { Work } from '../../../lower/work';
import type { KernelProfile, KernelStage } from './kernel';

export interface ContractSizes {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * Σ_k A[b, m, k] · B[b, k, n] in f32. Operands and result are expressions, so a kernel form never knows where values
 * lie: broadcasts, transposes and epilogues are the caller's.
 */
export interface ContractProblem extends ContractSizes {
  /** The f32 expression of A at u32 expressions; called with coordinates in range only, and without side effects. */
  loadA(b: string, m: string, k: string): string;
  /** The same for B. */
  loadB(b: string, k: string, n: string): string;
  /** Statements that store `acc`, an f32 expression free of side effects, at coordinates in range. */
  store(b: string, m: string, n: string, acc: string): string[];
  /**
   * Axis along which four neighbours of A, B or the result lie side by side, from a multiple of 4 on; its size is a
   * multiple of 4. Absent where they do not.
   */
  readonly quadsOfA?: 'm' | 'k' | undefined;
  readonly quadsOfB?: 'n' | 'k' | undefined;
  readonly quadsOfOut?: 'm' | 'n' | undefined;
  /** The vec4 of four neighbours from these coordinates on; the one along the quads' axis is a multiple of 4. */
  loadQuadA(b: string, m: string, k: string): string;
  loadQuadB(b: string, k: string, n: string): string;
  /** As `store`, with a vec4 for the result and its three neighbours. */
  storeQuad(b: string, m: string, n: string, acc: string): string[];
  /** What one evaluation of each of these costs. */
  readonly costs: { readonly loadA: Work; readonly loadB: Work; readonly store: Work };
  /**
   * A read-write storage array for `elements` f32, of vec4 with width 4, that lives from this call's first stage to its
   * last; its name.
   */
  scratch(elements: number, width: 1 | 4): string;
}

/** A form with its tile: one way to compute a problem. */
export interface ContractCandidate {
  /** Form and tile; no other candidate for the problem has it. */
  readonly name: string;
  /** f32 elements of the partial sums of all parts of k; 0 where k is not cut. */
  readonly scratch: number;
  /** One stage, or two where k is cut into parts that are summed in a fixed order. */
  emit(): KernelStage[];
}

export interface ContractVariant {
  readonly name: string;
  /** True where it can compute a problem of these sizes at all. */
  supports(sizes: ContractSizes, profile: KernelProfile): boolean;
  /** True on the kind of adapter for which the form is made. */
  suits(profile: KernelProfile): boolean;
  /** Few tiles and at least one, best first by rule. They depend on the sizes, the quads and the profile alone. */
  candidates(problem: ContractProblem, profile: KernelProfile): readonly ContractCandidate[];
}

const turned = { m: 'n', n: 'm', k: 'k' } as const;

/** The same sums as the product of B and A transposed: m and n change places. */
export const transpose = (p: ContractProblem): ContractProblem => ({
  ...p,
  m: p.n,
  n: p.m,
  quadsOfA: p.quadsOfB && turned[p.quadsOfB],
  quadsOfB: p.quadsOfA && turned[p.quadsOfA],
  quadsOfOut: p.quadsOfOut && turned[p.quadsOfOut],
  costs: { ...p.costs, loadA: p.costs.loadB, loadB: p.costs.loadA },
  loadA: (b, m, k) => p.loadB(b, k, m),
  loadB: (b, k, n) => p.loadA(b, n, k),
  loadQuadA: (b, m, k) => p.loadQuadB(b, k, m),
  loadQuadB: (b, k, n) => p.loadQuadA(b, n, k),
  store: (b, m, n, acc) => p.store(b, n, m, acc),
  storeQuad: (b, m, n, acc) => p.storeQuad(b, n, m, acc),
});
