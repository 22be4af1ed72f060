/** Decodes an animated PNG as Chromium shows it. */
const decode = async (
  bytes: readonly number[],
): Promise<{ frames: number[][]; durations: (number | null)[]; plays: number }> => {
  const decoder = new ImageDecoder({ data: Uint8Array.from(bytes), type: 'image/png' });
  await decoder.tracks.ready;
  const track = decoder.tracks.selectedTrack!;
  const canvas = new OffscreenCanvas(1, 1);
  const frames: number[][] = [];
  const durations: (number | null)[] = [];
  for (let frameIndex = 0; frameIndex < track.frameCount; frameIndex++) {
    const { image } = await decoder.decode({ frameIndex });
    [canvas.width, canvas.height] = [image.displayWidth, image.displayHeight];
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    frames.push([...context.getImageData(0, 0, canvas.width, canvas.height).data]);
    durations.push(image.duration);
    image.close();
  }
  return { frames, durations, plays: track.repetitionCount };
};

declare global {
  var decodeApng: typeof decode;
}
globalThis.decodeApng = decode;

export {};
