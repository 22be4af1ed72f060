/** What a kernel of a program takes, measured. */
export interface KernelTime {
  readonly label: string;
  /** The kind of kernel and its sizes. */
  readonly form: string;
  /** Parts that may run side by side: workgroups of a GPU. */
  readonly items: number;
  readonly milliseconds: number;
  /** Of the first measurement: compilers may finish at a kernel's first run. */
  readonly firstMilliseconds: number;
}

export interface ProfileOptions {
  /** Milliseconds that a measurement takes at least, of as many repeats as that needs; 10 unless given. */
  readonly atLeast?: number;
  /** Indices in the plan of the kernels to time; absent, all. */
  readonly kernels?: readonly number[];
}
