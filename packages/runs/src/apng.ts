import { joined } from '@noisesmith/formats';
import { type Pixels, pngChunk, pngFile, pngHeader, pngImage } from './png';

export interface ApngOptions {
  /** How long frames show, in milliseconds: all of them, or one number for each. Whole numbers from 1 to 65535. */
  readonly delay: number | readonly number[];
  /** How often the film plays; 0, unless given, is without end. */
  readonly plays?: number;
}

/** The numbers that say in which order the chunks of an animation belong. */
const numbered = (sequence: number, data: Uint8Array): Uint8Array => {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, sequence);
  return joined([number, data]);
};

/** sequence, width, height, x, y, delay / 1000, leave the frame, replace what was there. PNG specification, 11.3.6.2 */
function frameControl(sequence: number, { height, width }: Pixels, delay: number): Uint8Array {
  const data = new Uint8Array(26);
  const view = new DataView(data.buffer);
  view.setUint32(0, sequence);
  view.setUint32(4, width);
  view.setUint32(8, height);
  view.setUint16(20, delay);
  view.setUint16(22, 1000);
  return pngChunk('fcTL', data);
}

/**
 * An animated PNG of grey or RGB frames of one size. Programs that know no animation show the first frame. The same frames
 * give the same bytes. PNG specification (third edition), section 11.3.6
 * @throws RangeError, one line, for no frames, frames of different sizes or a delay that is not possible
 */
export function encodeApng(frames: readonly Pixels[], { delay, plays = 0 }: ApngOptions): Uint8Array<ArrayBuffer> {
  const [first] = frames;
  if (!first) throw new RangeError('apng: no frames');
  const size = ({ channels, height, width }: Pixels): string => `${width}x${height} pixels of ${channels} channels`;
  const delays = frames.map((_, i) => (typeof delay === 'number' ? delay : delay[i]));
  const chunks = frames.flatMap((frame, i) => {
    if (size(frame) !== size(first)) {
      throw new RangeError(`apng: frame ${i} has ${size(frame)}, frame 0 has ${size(first)}`);
    }
    const shown = delays[i];
    if (shown === undefined || !Number.isInteger(shown) || shown < 1 || shown > 65535) {
      throw new RangeError(`apng: the delay of frame ${i} is ${shown}; expected whole milliseconds from 1 to 65535`);
    }
    const header = pngHeader(frame);
    const image = pngImage(frame);
    if (i === 0)
      return [header, animation(frames.length, plays), frameControl(0, frame, shown), pngChunk('IDAT', image)];
    return [frameControl(2 * i - 1, frame, shown), pngChunk('fdAT', numbered(2 * i, image))];
  });
  return pngFile(chunks);
}

function animation(frames: number, plays: number): Uint8Array {
  if (!Number.isInteger(plays) || plays < 0 || plays > 0x7fffffff) {
    throw new RangeError(`apng: plays is ${plays}; expected a whole number from 0 to 2147483647`);
  }
  const data = new Uint8Array(8);
  const view = new DataView(data.buffer);
  view.setUint32(0, frames);
  view.setUint32(4, plays);
  return pngChunk('acTL', data);
}
