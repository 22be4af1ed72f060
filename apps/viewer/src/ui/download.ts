/** Hands a file to the visitor, who finds it among the downloads. */
export function download(name: string, content: Blob | Uint8Array<ArrayBuffer> | string): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after this turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
