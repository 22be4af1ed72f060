import { type Body, i32, type Label, type Value } from './assembler';

/**
 * Ends a basic block between unrolled steps of a loop, so that the loads of the next stay behind the arithmetic of this one:
 * V8 puts all loads of a basic block before its arithmetic, and of too many steps they would not fit into the registers. A
 * branch ends a block, and what is used behind `leave` is made by then; this one is never taken, as nothing lies at address 0.
 * @param leave of the loop
 * @param address of what is loaded
 */
export function endBasicBlock(b: Body, leave: Label, address: Value<'i32'>): void {
  b.branch(leave, i32.eqz(address));
}
