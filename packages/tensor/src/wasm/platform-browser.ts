/** Browsers have relaxed SIMD or not. */
export function allowRelaxedSimd(): void {}
