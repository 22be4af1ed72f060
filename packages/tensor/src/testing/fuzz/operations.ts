import { elementwiseOperations } from './elementwise-operations';
import type { Operation } from './operation';
import { shapeOperations } from './shape-operations';
import { spatialOperations } from './spatial-operations';
import { sumOperations } from './sum-operations';

/** What random programs are made of, by name. */
export const operations: Readonly<Record<string, Operation>> = {
  ...elementwiseOperations,
  ...shapeOperations,
  ...sumOperations,
  ...spatialOperations,
};
