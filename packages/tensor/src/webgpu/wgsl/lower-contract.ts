import { indexArithmetic as m, variable } from '../../ir/index-value';
import type { Tensor } from '../../ir/tensor';
import { contractRoles } from '../../lower/contract-roles';
import { ElementIndex } from '../../lower/index-form';
import { repeatWork } from '../../lower/work';
import { perElement, workgroupsFor } from './assemble';
import type { Emitter } from './emitter';
import { indexText } from './index-text';
import { storeAll } from './lower-pointwise';

/** One invocation sums one output over k in order: the plain meaning, which every faster form is compared with. */
export function lowerContract(
  emitter: Emitter,
  output: Tensor,
  stored: readonly Tensor[],
  bufferFor: (t: Tensor) => string,
) {
  if (output.node.kind !== 'contract') throw new Error('not a contract');
  const { spec, a, b } = output.node;
  const roles = contractRoles(spec, a, b);
  const { sizes } = roles;
  const n = m.remainder(variable('i', output.size), sizes.n);
  const rest = m.divide(variable('i', output.size), sizes.n);
  const at = { n, m: m.remainder(rest, sizes.m), batch: m.divide(rest, sizes.m), k: variable('k', sizes.k) };
  emitter.statement('var acc = 0.0;');
  emitter.block(`for (var k = i / ${output.size}u; k < ${sizes.k}u; k++)`, sizes.k, () => {
    const left = emitter.loadThroughViews(a, ElementIndex.linear(a.shape, roles.indexA(at)));
    const right = emitter.loadThroughViews(b, ElementIndex.linear(b.shape, roles.indexB(at)));
    emitter.statement(`acc += ${left} * ${right};`);
    emitter.count({ flops: 2 });
  });
  emitter.statement(`let o = ${indexText(roles.indexOut(at))};`);
  emitter.result(output, ElementIndex.linear(output.shape, variable('o', output.size)), 'acc');
  storeAll(emitter, stored, 'o', bufferFor);
  return {
    name: `${sizes.batch}x${sizes.m}x${sizes.n}x${sizes.k} plain`,
    body: perElement(output.size, emitter.text),
    workgroups: workgroupsFor(output.size),
    work: repeatWork(emitter.work, output.size),
  };
}
