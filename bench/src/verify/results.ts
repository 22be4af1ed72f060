import type { NamedArrays } from '../host-tensor';
import { relativeL2 } from '../statistics';

/**
 * Relative L2 error of every expected result. An expectation of the first examples of a batch is compared with the
 * beginning of the result. @throws Error when a result is missing or shorter than its expectation
 */
export function resultErrors(actual: NamedArrays, expected: ReadonlyMap<string, Float64Array>): Record<string, number> {
  return Object.fromEntries(
    [...expected].map(([name, values]) => {
      const found = actual.get(name);
      if (found === undefined) throw new Error(`the contestant gave no result ${JSON.stringify(name)}`);
      return [name, relativeL2(found.subarray(0, values.length), values)];
    }),
  );
}
