export { FileError, fileError } from './files/file-error';
export { type FileSource, fileSource } from './files/file-source';
export { type FileContent, isLeftover, writeFileAtomic } from './files/write-atomic';
