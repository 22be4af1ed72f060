import type { AdapterProfile } from '../device/types';
import type { Tensor } from '../ir/tensor';
import { contractRoles } from './contract-roles';
import { Emitter, type Memory } from './emitter';
import { type Expression, variable } from './expression';
import { ElementIndex } from './index-form';
import { type ContractVariant, chooseContract } from './kernels/contract';
import type { KernelStage } from './kernels/kernel';
import { storeAll } from './lower-pointwise';

export interface ContractRequest {
  readonly output: Tensor;
  readonly stored: readonly Tensor[];
  readonly memory: Memory;
  readonly profile: AdapterProfile;
  /** Takes this form, whatever the adapter; for tests. */
  readonly variant?: ContractVariant;
  bufferFor(t: Tensor): string;
  scratch(elements: number): string;
}

/** Stages of the contraction in the form that suits the adapter; its epilogue runs where the sums are stored. */
export function fastContract(request: ContractRequest): KernelStage[] {
  const { output, stored, memory, profile } = request;
  if (output.node.kind !== 'contract') throw new Error('not a contract');
  const { spec, a, b } = output.node;
  const roles = contractRoles(spec, a, b);
  const { sizes } = roles;
  const reader = new Emitter(memory);
  const load = (x: Tensor, index: Expression): string =>
    reader.loadThroughViews(x, ElementIndex.linear(x.shape, index));
  const variant = request.variant ?? chooseContract(sizes, profile);
  return variant.emit(
    {
      ...sizes,
      loadA: (batch, m, k) =>
        load(
          a,
          roles.indexA({ batch: variable(batch, sizes.batch), m: variable(m, sizes.m), k: variable(k, sizes.k) }),
        ),
      loadB: (batch, k, n) =>
        load(
          b,
          roles.indexB({ batch: variable(batch, sizes.batch), n: variable(n, sizes.n), k: variable(k, sizes.k) }),
        ),
      store: (batch, m, n, acc) => {
        const writer = new Emitter(memory);
        const at = { batch: variable(batch, sizes.batch), m: variable(m, sizes.m), n: variable(n, sizes.n) };
        return writer.capture(() => {
          const index = writer.bind(roles.indexOut(at).text);
          writer.define(output, ElementIndex.linear(output.shape, variable(index, output.size)), writer.bind(acc));
          storeAll(writer, stored, index, request.bufferFor);
        });
      },
      scratch: request.scratch,
    },
    profile,
  );
}
