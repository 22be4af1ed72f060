import { nodeKey } from '../ir/node-key';
import { children, type Tensor } from '../ir/tensor';
import type { Group } from '../plan/fuse';
import type { Place } from '../plan/memory';
import type { GroupValues, LoweredGroup } from '../plan/target';
import type { WasmCode } from './code';

type Lowered = LoweredGroup<WasmCode>;
type Lower = (group: Group, values: GroupValues) => Lowered;

/** A group that was lowered, and what there was to name in it: the layers of a network are alike but for their memory. */
interface Known {
  readonly lowered: Lowered;
  readonly label: string;
  readonly places: readonly string[];
  readonly scratch: readonly Place[];
}

/** Groups of each plan that were lowered, by what they compute. */
const plans = new WeakMap<GroupValues, Map<string, Known>>();

/**
 * Lowers groups of one plan that differ in nothing but where their memory lies and what they are called once: their
 * kernels share the code.
 */
export function lowerAlike(
  group: Group,
  values: GroupValues,
  labelOf: (group: Group) => string,
  lower: Lower,
): Lowered {
  const known = plans.get(values) ?? new Map<string, Known>();
  plans.set(values, known);
  const { key, places } = spelled(group, values);
  const found = known.get(key);
  if (found) return again(found, places, labelOf(group), values);
  const scratch: Place[] = [];
  const lowered = lower(group, keepingScratch(values, scratch));
  known.set(key, { lowered, label: labelOf(group), places: places.map((place) => place.key), scratch });
  return lowered;
}

/** What a group computes as text, with its memory numbered in the order in which it is come across. */
function spelled(group: Group, values: GroupValues): { readonly key: string; readonly places: readonly Place[] } {
  const numbers = new Map<Tensor, number>();
  const places = new Map<string, { readonly number: number; readonly place: Place }>();
  const text: string[] = [group.kind];
  const placeNumber = (t: Tensor): number => {
    const place = values.placeOf(t);
    const known = places.get(place.key) ?? { number: places.size, place };
    places.set(place.key, known);
    return known.number;
  };
  const visit = (t: Tensor): number => {
    const known = numbers.get(t);
    if (known !== undefined) return known;
    const written = group.outputs.includes(t);
    const loaded = values.isStored(t) && !written;
    const kids = loaded ? [] : children(t).map(visit);
    const node = loaded ? 'load' : nodeKey(t.node, (x) => kids[children(t).indexOf(x)]!);
    const memory = loaded || written ? `@${placeNumber(t)}${values.isHalf(t) ? ' half' : ''}` : '';
    text.push(`${node}${memory}|${t.shape}|${t.dtype}`);
    numbers.set(t, numbers.size);
    return numbers.size - 1;
  };
  text.push(`anchor ${visit(group.anchor)}`, `outputs ${group.outputs.map(visit)}`);
  if (group.kind === 'named') text.push(values.candidateOf(group.anchor).name);
  return { key: text.join('\n'), places: [...places.values()].map(({ place }) => place) };
}

function again(
  { lowered, label, places, scratch }: Known,
  now: readonly Place[],
  name: string,
  values: GroupValues,
): Lowered {
  const moved = new Map([
    ...places.map((key, i) => [key, now[i]!] as const),
    ...scratch.map(({ key, size, dtype }) => [key, values.scratch(size, dtype)] as const),
  ]);
  return {
    ...lowered,
    kernels: lowered.kernels.map((kernel) => ({
      ...kernel,
      label: name + kernel.label.slice(label.length),
      operands: kernel.operands.map(({ place, writable }) => {
        const { buffer, offset, key } = moved.get(place.key) ?? place;
        return { place: { ...place, buffer, offset, key }, writable };
      }),
    })),
  };
}

/** The same values, which note what scratch they give. */
function keepingScratch(values: GroupValues, scratch: Place[]): GroupValues {
  return {
    generic: values.generic,
    variants: values.variants,
    candidateOf: (call) => values.candidateOf(call),
    choose: (meaning, candidates) => values.choose(meaning, candidates),
    isStored: (t) => values.isStored(t),
    isHalf: (t) => values.isHalf(t),
    placeOf: (t) => values.placeOf(t),
    scalar: (name) => values.scalar(name),
    constant: (data) => values.constant(data),
    scratch: (elements, dtype) => {
      const place = values.scratch(elements, dtype);
      scratch.push(place);
      return place;
    },
    dropScratch: () => {
      scratch.length = 0;
      values.dropScratch();
    },
  };
}
