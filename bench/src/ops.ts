/** Square product c = a·b; inputs a and b [size, size], result c. */
export interface MatmulOp {
  readonly kind: 'matmul';
  readonly size: number;
}

/**
 * softmax(q·kᵀ/√headSize)·v for every head. Inputs q [batch, queries, heads, headSize], k and v [batch, keys, heads,
 * headSize], result y like q. With `gradient` also dy like y, and the results dq, dk, dv of the loss Σ y·dy.
 */
export interface AttentionOp {
  readonly kind: 'attention';
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headSize: number;
  readonly gradient: boolean;
}

/**
 * (x − mean)/√(var + 1e-6)·gamma + beta over rows, forward and backward. Inputs x and dy [rows, width], gamma and beta
 * [width]; results y, and dx, dgamma, dbeta of the loss Σ y·dy.
 */
export interface LayerNormOp {
  readonly kind: 'layer-norm';
  readonly rows: number;
  readonly width: number;
}

export type Op = MatmulOp | AttentionOp | LayerNormOp;

/** Added to the variance by every layer norm here, RIN's too. */
export const layerNormEpsilon = 1e-6;

const attention = { kind: 'attention', batch: 16, heads: 8, queries: 64, keys: 64, headSize: 32 } as const;

/** The ops that are timed, by name. */
export const ops: ReadonlyMap<string, Op> = new Map<string, Op>([
  ['matmul-256', { kind: 'matmul', size: 256 }],
  ['matmul-512', { kind: 'matmul', size: 512 }],
  ['matmul-1024', { kind: 'matmul', size: 1024 }],
  ['attention', { ...attention, gradient: false }],
  ['attention-gradient', { ...attention, gradient: true }],
  ['layer-norm-gradient', { kind: 'layer-norm', rows: 4096, width: 256 }],
]);

/** Shapes of an op's inputs by name. */
export function inputShapes(op: Op): Record<string, number[]> {
  if (op.kind === 'matmul') return { a: [op.size, op.size], b: [op.size, op.size] };
  if (op.kind === 'layer-norm') {
    return { x: [op.rows, op.width], gamma: [op.width], beta: [op.width], dy: [op.rows, op.width] };
  }
  const { batch, heads, queries, keys, headSize } = op;
  const q = [batch, queries, heads, headSize];
  const k = [batch, keys, heads, headSize];
  return { q, k, v: k, ...(op.gradient && { dy: q }) };
}
