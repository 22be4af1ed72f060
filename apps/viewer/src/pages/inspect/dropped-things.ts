import type { DroppedFile } from '../../ui/dropped-files';

/** What a visitor gave, put in order: files of arrays, each by itself, and pictures as one set. */
export interface DroppedThings {
  readonly arrays: readonly DroppedFile[];
  /** All other files, of which those that are no pictures are told. */
  readonly pictures: readonly DroppedFile[];
  /** What the pictures are called together: the folder that holds them. */
  readonly name: string;
}

const arrayFile = /\.(safetensors|npz|npy|pth|pt|ckpt|bin|gz)$|-ubyte$/i;
const pictureFile = /\.(jpe?g|jpe|jfif|png|webp|gif|avif)$/i;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Paths without the one folder that holds all of them, and its name; '' where there is none. */
export function withinRoot(files: readonly DroppedFile[]): { readonly name: string; readonly files: DroppedFile[] } {
  const [root = ''] = files[0]?.path.split('/', 1) ?? [];
  if (!files.every(({ path }) => path.startsWith(`${root}/`))) return { name: '', files: [...files] };
  return { name: root, files: files.map(({ file, path }) => ({ file, path: path.slice(root.length + 1) })) };
}

/** A single file that is no picture is taken for arrays: opening it tells what it is. */
export function droppedThings(given: readonly DroppedFile[]): DroppedThings {
  const { files, name } = withinRoot(given);
  const [only] = files;
  const isArrays = ({ path }: DroppedFile): boolean =>
    arrayFile.test(path) || (files.length === 1 && !pictureFile.test(path) && name === '');
  const pictures = files.filter((file) => !isArrays(file));
  // A folder may hold arrays beside notes; without pictures the notes are nobody's.
  const none = !pictures.some(({ path }) => pictureFile.test(path));
  const arrays = files.filter(isArrays);
  return {
    arrays,
    pictures: none && arrays.length > 0 ? [] : pictures,
    name: name || (files.length === 1 && only ? nameOf(only.path) : 'pictures'),
  };
}
