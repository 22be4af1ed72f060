import { secondsEach } from './seconds-each';

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

/** Measurements of which the shortest counts. */
const ATTEMPTS = 3;

/** A kernel that can be repeated by itself. */
export interface Repeatable extends Pick<KernelTime, 'label' | 'form' | 'items'> {
  /** Seconds of a number of repeats. */
  measure(repeats: number): Promise<number>;
  /** Called when it has been timed, or timing it has failed. */
  end?(): void;
}

/**
 * Times kernels of a program, each by itself.
 * @param total kernels of the plan
 * @param open makes one ready to be timed
 * @throws RangeError for a kernel that the plan does not have
 */
export async function timeKernels(
  total: number,
  { atLeast = 10, kernels }: ProfileOptions,
  mostRepeats: number,
  open: (index: number) => Repeatable | Promise<Repeatable>,
): Promise<KernelTime[]> {
  const pace = { atLeastSeconds: atLeast / 1000, mostRepeats, attempts: ATTEMPTS };
  const times: KernelTime[] = [];
  for (const index of kernels ?? Array(total).keys()) {
    if (!Number.isInteger(index) || index < 0 || index >= total)
      throw new RangeError(`kernel ${index} of a plan of ${total}`);
    const { label, form, items, ...kernel } = await open(index);
    let first: number | undefined;
    const measure = async (repeats: number): Promise<number> => {
      const seconds = await kernel.measure(repeats);
      first ??= seconds;
      return seconds;
    };
    try {
      const milliseconds = 1000 * (await secondsEach(measure, pace));
      times.push({ label, form, items, milliseconds, firstMilliseconds: 1000 * first! });
    } finally {
      kernel.end?.();
    }
  }
  return times;
}
