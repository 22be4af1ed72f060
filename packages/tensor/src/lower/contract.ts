import { constantIndex, indexArithmetic as m, variable } from '../ir/index-value';
import type { Tensor } from '../ir/tensor';
import { contractRoles } from './contract-roles';
import type { Form } from './form';
import { ElementIndex } from './index-form';
import { ITEM } from './writer';

/** An item sums one output over k in order: the plain meaning, which every faster form is compared with. */
export function contractForm(output: Tensor, stored: readonly Tensor[]): Form {
  if (output.node.kind !== 'contract') throw new Error('not a contract');
  const { spec, a, b } = output.node;
  const roles = contractRoles(spec, a, b);
  const { sizes } = roles;
  const item = variable(ITEM, output.size);
  const rest = m.divide(item, sizes.n);
  const out = { n: m.remainder(item, sizes.n), m: m.remainder(rest, sizes.m), batch: m.divide(rest, sizes.m) };
  return {
    name: `${sizes.batch}x${sizes.m}x${sizes.n}x${sizes.k} plain`,
    items: output.size,
    write(e) {
      const sum = e.accumulator('acc', 'sum', 'f32');
      e.loop('k', { to: constantIndex(sizes.k) }, { times: sizes.k, bound: sizes.k }, (k) => {
        const at = { ...out, k };
        const left = e.loadThroughViews(a, ElementIndex.linear(a.shape, roles.indexA(at)));
        const right = e.loadThroughViews(b, ElementIndex.linear(b.shape, roles.indexB(at)));
        sum.addProduct(left, right);
      });
      const o = e.writer.name(roles.indexOut(out), 'o');
      e.result(output, ElementIndex.linear(output.shape, variable(o, output.size)), sum.value);
      e.storeAll(stored, o, 1);
    },
  };
}
