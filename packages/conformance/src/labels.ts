/** Labels of one-hot rows; −1 for a row of zeros. */
export const labelsOf = (onehot: Float32Array, classes: number): number[] =>
  Array.from({ length: onehot.length / classes }, (_, i) => onehot.subarray(i * classes, (i + 1) * classes).indexOf(1));
