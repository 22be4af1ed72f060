import { restWhile as rest } from '#webgpu';

/**
 * Settles as `work` does. Meanwhile the thread rests between the polls of Dawn's binding for Node and leaves its core to a
 * software adapter. Devices from `openDevice` do so by themselves; this is for programs that wait for a GPU of their own.
 * In browsers, which do not poll, nothing but `work` happens.
 */
export const restWhile: <T>(work: Promise<T>) => Promise<T> = rest;
