import type { FloatImage } from '@noisesmith/data';
import { clouds } from './clouds';
import { digits } from './digits';
import { hills } from './hills';
import { leaves } from './leaves';

export type SampleName = 'hills' | 'leaves' | 'digits' | 'clouds';

/** The pictures that come with the page, each drawn by its own code at whatever size is asked for. */
export const drawSample: Readonly<Record<SampleName, (side: number) => FloatImage>> = { hills, leaves, digits, clouds };
