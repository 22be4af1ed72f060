import type { NamedCall, Tensor } from '../ir/tensor';
import { type Candidate, EXPANSION } from './candidate';
import { type Choices, type Decision, decide, siteKey, type TemporaryStorage } from './tune/site';

/** What decides how a named call is computed. */
export interface WayOptions {
  /** Ways to compute a named call, see `Target`. */
  candidates(call: NamedCall): readonly Candidate[];
  /** Lower every node by the generic rules: no named kernel is used. */
  readonly generic: boolean;
  /** The candidate to take, by name, for definitions named here; {@link EXPANSION} for none. */
  readonly variants?: Readonly<Record<string, string>>;
  readonly choices: Choices;
  readonly storage: TemporaryStorage;
}

export interface ChosenKernel {
  readonly candidate: Candidate;
  readonly decision: Decision;
}

/** How a named call is computed: by a kernel, or else by its expansion. */
export interface Way {
  readonly kernel?: ChosenKernel;
  /** There where the expansion was chosen among others. */
  readonly expansion?: Decision;
}

/** Decides how named calls are computed. */
export class Ways {
  private readonly known = new Map<Tensor, Way>();

  constructor(private readonly options: WayOptions) {}

  /** @throws RangeError when no candidate that can do it has the name wanted */
  of(named: Tensor): Way {
    const known = this.known.get(named);
    if (known) return known;
    const found = named.node.kind === 'named' ? this.decide(named.node.call, named) : {};
    this.known.set(named, found);
    return found;
  }

  /** The kernel of a call, where there is one and it is taken. */
  kernelOf(call: NamedCall): ChosenKernel | undefined {
    const { candidates } = this.candidatesOf(call);
    return candidates.length > 0 ? this.choose(call, candidates).kernel : undefined;
  }

  private decide(call: NamedCall, named: Tensor): Way {
    if (this.options.generic) return {};
    const { wanted, able, candidates } = this.candidatesOf(call);
    if (wanted === EXPANSION) return {};
    if (candidates.length > 0) return this.choose(call, candidates);
    if (wanted === undefined) return {};
    const names = able.map((c) => c.name).join(', ') || 'none';
    throw new RangeError(
      `${named.describe()}: no kernel '${wanted}' of ${call.definition.name} can do this (${names} can)`,
    );
  }

  private candidatesOf(call: NamedCall) {
    const wanted = this.options.variants?.[call.definition.name];
    const able = this.options.candidates(call);
    return { wanted, able, candidates: able.filter((c) => (wanted === undefined ? c.suits : c.name === wanted)) };
  }

  private choose(call: NamedCall, candidates: readonly Candidate[]): Way {
    const { choices, storage } = this.options;
    const { candidate, decision } = decide(siteKey(callKey(call), storage), candidates, choices);
    if (candidate.name !== EXPANSION) return { kernel: { candidate, decision } };
    return candidates.length > 1 ? { expansion: decision } : {};
  }
}

/** Definition, shapes of the arguments, and those attributes that are plain values: `softmax 64x16`. */
function callKey({ definition, attributes, xs }: NamedCall): string {
  const plain = Object.entries(attributes ?? {}).filter(([, value]) => typeof value !== 'object');
  const shapes = xs.map(({ shape }) => shape.join('x') || '1');
  return [definition.name, shapes.join(','), ...plain.map(([name, value]) => `${name}=${value}`)].join(' ');
}
