import { readSpec } from '../parse';
import type { Schedule } from '../schedule';
import { cosineNames, interpolatedCosineNames, shiftedCosineNames } from './cosines';
import {
  laplaceNames,
  linearBetaNames,
  logNames,
  normalNames,
  rectifiedFlowNames,
  simpleLinearNames,
} from './densities';
import type { EqualName, EqualRule } from './name';
import { sigmoidNames } from './sigmoid';

const RULES: Readonly<Record<string, EqualRule>> = {
  simple_linear: simpleLinearNames,
  cosine: cosineNames,
  sigmoid: sigmoidNames,
  log: logNames,
  shifted_cosine: shiftedCosineNames,
  interpolated_cosine: interpolatedCosineNames,
  normal: normalNames,
  laplace: laplaceNames,
  rectified_flow: rectifiedFlowNames,
  linear_beta: linearBetaNames,
};

/** `~b` as SD3 writes it. */
function shiftSpelling(spec: string, inputScale: number): EqualName[] {
  if (inputScale === 1) return [];
  return [{ name: `${spec.slice(0, spec.indexOf('~'))}~shift@${1 / inputScale}`, isSpec: true }];
}

/**
 * The other names that the curve of a schedule has: specs of this package, and what other papers call it, in the order
 * in which they help. Only exact equalities are given, not limits: a spec agrees everywhere to rounding, another paper's
 * name above the floor of gamma and between the ends of a tail, which those papers do not have.
 */
export function equalNames(schedule: Schedule): readonly EqualName[] {
  const { family, values, inputScale } = readSpec(schedule.spec);
  const names = [...RULES[family]!(values, inputScale), ...shiftSpelling(schedule.spec, inputScale)];
  return names.filter(({ name }, i) => name !== schedule.spec && names.findIndex((other) => other.name === name) === i);
}
