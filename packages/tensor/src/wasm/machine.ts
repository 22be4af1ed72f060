/** What there is to know of a runtime to write kernels for it. */
export interface WasmMachine {
  /** Multiply and add are one instruction. */
  readonly relaxed: boolean;
  readonly threads: number;
}
