import type { DeviceProgram } from '@noisesmith/tensor';
import { sizeOf } from '../../host-tensor';
import type { PlannedMemory } from '../../protocol';

const BYTES_PER_ELEMENT = 4;

/** Bytes of a program and its state. */
export function plannedMemory({ bytes, plan, state }: DeviceProgram): PlannedMemory {
  const temporary = plan.slots.reduce((sum, slot) => sum + slot, 0);
  const states = Object.values(state.spec).map((one) => ('size' in one ? one.size : sizeOf(one.shape)));
  return {
    state: states.reduce((sum, elements) => sum + elements * BYTES_PER_ELEMENT, 0),
    temporary,
    liveBound: plan.liveBound,
    other: bytes - temporary,
  };
}
