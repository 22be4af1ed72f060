/** Elements of the one large tensor of a state of 4 vectors in 32-bit floats: 4.32 GB in all. */
export const LARGE = 270e6;

export const HUGE_STEPS = 2;

/** Elements that are not zero: at both ends, on both sides of pieces of 16 MiB, and beyond 2^28, so beyond 1 GiB. */
export const hugePlaces: readonly number[] = [0, 70, 2 ** 22 - 1, 2 ** 22, 100e6, 2 ** 28 + 5, LARGE - 3];

export const hugeValue = (place: number): number => Math.fround(Math.cos(place));

/** A value after a step. */
export const hugeStep = (value: number): number => Math.fround(value * 0.75 + 0.1);
