import { BYTES_PER_ELEMENT } from '../../ir/dtype';
import { type Index, quadOf, quadVariable, variable } from '../../ir/index-value';
import type { Tensor } from '../../ir/tensor';
import { type ContractRoles, contractRoles } from '../../lower/contract-roles';
import type { Emitter, Memory } from '../../lower/emitter';
import { ElementIndex } from '../../lower/index-form';
import { counting } from '../../lower/silent';
import type { Work } from '../../lower/work';
import type { GroupValues } from '../../plan/target';
import type { Decision } from '../../plan/tune/site';
import type { AdapterProfile } from '../device/types';
import { contractCandidates, contractForm, contractVariants } from './kernels/contract';
import type { ContractCandidate, ContractProblem, ContractVariant } from './kernels/contract-problem';
import type { KernelStage } from './kernels/kernel';
import { captured, type WgslEmitter } from './writer';

export interface ContractRequest {
  readonly output: Tensor;
  readonly stored: readonly Tensor[];
  readonly memory: Memory;
  readonly profile: AdapterProfile;
  /** Neighbours may be loaded and stored together. */
  readonly quads: boolean;
  /** Takes the form of this name, whatever the adapter; for tests. */
  readonly form?: string;
  readonly choices: Pick<GroupValues, 'choose'>;
  emitter(): WgslEmitter;
  scratch(elements: number, width: 1 | 4): string;
}

type Axis = 'm' | 'n' | 'k';

/** Index of a role's element: the first of four neighbours along `axis`. */
const roleIndex = (sizes: ContractRoles['sizes'], axis: Axis | undefined) => (role: Axis | 'batch', text: string) =>
  role === axis ? quadVariable(text, 0, sizes[role]) : variable(text, sizes[role]);

/** Where four neighbours lie side by side, and how to load and store them. */
function quadAccess(request: ContractRequest, roles: ContractRoles, reader: WgslEmitter) {
  const { output, stored, memory } = request;
  const { sizes } = roles;
  const { a, b } = output.node as Extract<Tensor['node'], { kind: 'contract' }>;
  const loadA = <E>(axis: Axis | undefined, e: Emitter<E>, [batch, m, k]: readonly [string, string, string]) => {
    const at = roleIndex(sizes, axis);
    const index = roles.indexA({ batch: at('batch', batch), m: at('m', m), k: at('k', k) });
    return e.fourThroughViews(a, ElementIndex.linear(a.shape, index));
  };
  const loadB = <E>(axis: Axis | undefined, e: Emitter<E>, [batch, k, n]: readonly [string, string, string]) => {
    const at = roleIndex(sizes, axis);
    const index = roles.indexB({ batch: at('batch', batch), n: at('n', n), k: at('k', k) });
    return e.fourThroughViews(b, ElementIndex.linear(b.shape, index));
  };
  const storeIndex = (axis: Axis | undefined, [batch, m, n]: readonly [string, string, string]): Index => {
    const at = roleIndex(sizes, axis);
    return roles.indexOut({ batch: at('batch', batch), m: at('m', m), n: at('n', n) });
  };
  const along = <X extends Axis>(axes: readonly X[], lies: (axis: X) => boolean): X | undefined =>
    request.quads ? axes.find((axis) => sizes[axis] % 4 === 0 && lies(axis)) : undefined;
  const quadsOfA = along(['k', 'm'], (axis) => loadA(axis, counting(memory), ['b', 'm', 'k']) !== undefined);
  const quadsOfB = along(['n', 'k'], (axis) => loadB(axis, counting(memory), ['b', 'k', 'n']) !== undefined);
  const quadsOfOut = along(['n', 'm'], (axis) => {
    return quadOf(storeIndex(axis, ['b', 'm', 'n']))?.offset === 0;
  });
  return {
    quadsOfA,
    quadsOfB,
    quadsOfOut,
    loadQuadA: (batch: string, m: string, k: string) => loadA(quadsOfA, reader, [batch, m, k])!,
    loadQuadB: (batch: string, k: string, n: string) => loadB(quadsOfB, reader, [batch, k, n])!,
    storeQuad: (batch: string, m: string, n: string, acc: string): string[] => {
      const e = request.emitter();
      return captured(e, () => {
        const first = e.writer.name(storeIndex(quadsOfOut, [batch, m, n]));
        const sums = e.bind(acc);
        for (const lane of e.writer.lanes) {
          const index = ElementIndex.linear(output.shape, quadVariable(first, lane, output.size));
          e.result(output, index, e.writer.four.lane(sums, lane));
        }
        e.storeAll(stored, first, 4);
      });
    },
  };
}

interface FastContract {
  readonly stages: KernelStage[];
  readonly decision: Decision;
}

/** Stages of the contraction in a form that suits the adapter; its epilogue runs where the sums are stored. */
export function fastContract(request: ContractRequest): FastContract {
  const { output, stored, memory, profile } = request;
  if (output.node.kind !== 'contract') throw new Error('not a contract');
  const { spec, a, b } = output.node;
  const roles = contractRoles(spec, a, b);
  const { sizes } = roles;
  const reader = request.emitter();
  const load = (x: Tensor, index: Index): string => reader.loadThroughViews(x, ElementIndex.linear(x.shape, index));
  const loading = (x: Tensor): Work => {
    const counter = counting(memory);
    counter.loadThroughViews(x, ElementIndex.linear(x.shape, variable('i', x.size)));
    return counter.work;
  };
  const storeSum = <E>(e: Emitter<E>, index: string, sum: E): void => {
    e.result(output, ElementIndex.linear(output.shape, variable(index, output.size)), e.bind(sum));
    e.storeAll(stored, index, 1);
  };
  const storing = (): Work => {
    const counter = counting(memory);
    storeSum(counter, 'i', counter.writer.constant(0, 'f32'));
    return counter.work;
  };
  const problem: ContractProblem = {
    ...sizes,
    ...quadAccess(request, roles, reader),
    loadA: (batch, m, k) =>
      load(a, roles.indexA({ batch: variable(batch, sizes.batch), m: variable(m, sizes.m), k: variable(k, sizes.k) })),
    loadB: (batch, k, n) =>
      load(b, roles.indexB({ batch: variable(batch, sizes.batch), n: variable(n, sizes.n), k: variable(k, sizes.k) })),
    store: (batch, m, n, acc) => {
      const e = request.emitter();
      const at = { batch: variable(batch, sizes.batch), m: variable(m, sizes.m), n: variable(n, sizes.n) };
      return captured(e, () => storeSum(e, e.writer.name(roles.indexOut(at)), acc));
    },
    costs: { loadA: loading(a), loadB: loading(b), store: storing() },
    scratch: request.scratch,
  };
  const size = `${sizes.batch}x${sizes.m}x${sizes.n}x${sizes.k}`;
  const quads = [problem.quadsOfA, problem.quadsOfB, problem.quadsOfOut].map((axis) => axis ?? '-');
  const only = request.form === undefined ? undefined : formNamed(request.form);
  const { decision, candidate } = request.choices.choose(
    `contract ${size} ${roles.order} quads ${quads}`,
    bindable(contractCandidates(problem, profile, only), profile),
  );
  return { decision, stages: candidate.emit().map((stage) => ({ ...stage, name: `${size} ${stage.name}` })) };
}

function formNamed(name: string): ContractVariant {
  const found = contractForm(name);
  if (found) return found;
  throw new RangeError(
    `contract: no form '${name}' (there are ${contractVariants.map((form) => form.name).join(', ')})`,
  );
}

/** Those whose partial sums one buffer can hold, and the first in any case: its error says what does not fit. */
const bindable = (candidates: readonly ContractCandidate[], { limits }: AdapterProfile): ContractCandidate[] =>
  candidates.filter(({ scratch }, i) => i === 0 || scratch * BYTES_PER_ELEMENT <= limits.maxStorageBufferBindingSize);
