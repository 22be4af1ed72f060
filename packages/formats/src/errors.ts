import { printable } from './printable';

/** A file whose bytes do not follow its format, or an array that a format cannot hold. One line, safe to print. */
export class FormatError extends Error {
  override readonly name = 'FormatError';

  constructor(message: string) {
    super(printable(message));
  }
}

/** Where in which file a message belongs: `weights.safetensors: tensor "z": …`. Empty parts are left out. */
function describe(file: string | undefined, part?: string): string {
  return [file, part].filter((piece) => piece !== undefined && piece !== '').join(': ');
}

/** Builds the error of one place, so that a parser names its file only once. */
export function failer(file: string | undefined): (message: string, part?: string) => FormatError {
  return (message, part) => {
    const place = describe(file, part);
    return new FormatError(place === '' ? message : `${place}: ${message}`);
  };
}
