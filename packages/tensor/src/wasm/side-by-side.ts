/** Bytes that a kernel reads, or writes and reads. */
export interface Access {
  readonly address: number;
  readonly bytes: number;
  readonly writable: boolean;
}

/**
 * By kernel, whether it may run beside the one before it, and beside all that this one runs beside: none of them writes what
 * another reads or writes.
 */
export function sideBySide(kernels: readonly (readonly Access[])[]): boolean[] {
  let group: Access[] = [];
  return kernels.map((accesses, i) => {
    const beside = i > 0 && !accesses.some((one) => group.some((other) => meet(one, other)));
    group = beside ? [...group, ...accesses] : [...accesses];
    return beside;
  });
}

const meet = (a: Access, b: Access): boolean =>
  (a.writable || b.writable) && a.address < b.address + b.bytes && b.address < a.address + a.bytes;
