/**
 * Writes the page of ops. By hand:
 *
 *     node --conditions=@noisesmith/source --import tsx packages/tensor/src/testing/op-table/run.ts
 */
import { writeFileSync } from 'node:fs';
import { opPage, opPagePath } from './op-table';

writeFileSync(opPagePath, opPage());
