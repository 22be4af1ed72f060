import type { FloatImage } from '@noisesmith/data';
import { type CosineTransform, createCosineTransform } from './numerics/cosine-transform';
import { deviation, type Mixture } from './numerics/noised';
import { noiseSizes } from './numerics/normals';
import { cut, paint, screenContrast, type View } from './numerics/panel';
import { fromColours, mapPlanes, type Planes, toColours } from './numerics/planes';
import { pictureSizes, type Size, topOf } from './numerics/sizes';
import { type RingSums, ringMap, ringSums } from './numerics/spectrum';
import { denoised, wienerGains } from './numerics/wiener';

/**
 * How x_t becomes grey levels: as it is; divided by its standard deviation, with the contrast that the clean picture has;
 * or with the contrast of the clean picture on the screen, where pixels are averaged.
 */
export type Contrast = 'plain' | 'unit' | 'even';

/** What is painted: a square of `side` points. */
export interface Painted {
  readonly side: number;
  /** Red, green, blue and alpha, row-major. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** A part of the picture, and how many points a side it is painted with at most. */
export interface Frame {
  readonly view: View;
  readonly points: number;
}

/** One picture and one draw of noise at all sizes, and what is made of them. Nothing is computed before it is asked for. */
export interface Studio {
  /** Whether there are picture and noise. */
  readonly ready: boolean;
  setPicture(square: FloatImage): void;
  setSeed(seed: number): void;
  /** @throws Error without picture or noise, as the ones below */
  sums(size: Size): RingSums;
  noised(size: Size, frame: Frame, mixture: Mixture, contrast: Contrast): Painted;
  /** x̂0 of the ideal linear denoiser. @param variance of the noise beside x0 */
  recovered(size: Size, frame: Frame, variance: number): Painted;
}

/** What is known of a picture, or of noise, at one size. */
interface Field {
  readonly pixels: Planes;
  coefficients?: Planes;
  /** The latest cut, which stays while a slider moves. */
  cut?: { readonly key: string; readonly planes: Planes };
}

export function createStudio(): Studio {
  const transforms = new Map<Size, CosineTransform>();
  const rings = new Map<Size, Uint16Array>();
  const sums = new Map<Size, RingSums>();
  let picture: ReadonlyMap<Size, Field> | undefined;
  let noise: ReadonlyMap<Size, Field> | undefined;

  /** The value of a key, made the first time. */
  const kept = <Value>(map: Map<Size, Value>, size: Size, make: () => Value): Value => {
    const found = map.get(size) ?? make();
    map.set(size, found);
    return found;
  };
  const transformOf = (size: Size) => kept(transforms, size, () => createCosineTransform(size));
  const ringsOf = (size: Size) => kept(rings, size, () => ringMap(size));
  const fields = (sizes: Map<Size, Planes>) =>
    new Map([...sizes].map(([size, pixels]): [Size, Field] => [size, { pixels }]));
  const fieldOf = (map: ReadonlyMap<Size, Field> | undefined, size: Size): Field => {
    const field = map?.get(size);
    if (field === undefined) throw new Error('no picture is open');
    return field;
  };
  const coefficients = (field: Field, size: Size): Planes => {
    field.coefficients ??= mapPlanes(fromColours(field.pixels), transformOf(size).forward);
    return field.coefficients;
  };
  const cutOf = (field: Field, { view, points }: Frame): Planes => {
    const key = [view.part, view.left, view.top, points].join();
    if (field.cut?.key !== key) field.cut = { key, planes: cut(field.pixels, view, points) };
    return field.cut.planes;
  };
  const sumsOf = (size: Size) =>
    kept(sums, size, () =>
      ringSums(coefficients(fieldOf(picture, size), size), coefficients(fieldOf(noise, size), size), ringsOf(size)),
    );

  return {
    get ready() {
      return picture !== undefined && noise !== undefined;
    },
    setPicture(square) {
      picture = fields(pictureSizes(topOf(square)));
      sums.clear();
    },
    setSeed(seed) {
      noise = fields(noiseSizes(seed));
      sums.clear();
    },
    sums: sumsOf,
    noised(size, frame, mixture, contrast) {
      const x = cutOf(fieldOf(picture, size), frame);
      const e = cutOf(fieldOf(noise, size), frame);
      const factor = {
        plain: () => 1,
        unit: () => deviation(sumsOf(size), { alpha: 1, sigma: 0 }) / deviation(sumsOf(size), mixture),
        even: () => screenContrast(x, e, mixture),
      }[contrast]();
      return { side: x.side, pixels: paint(x, e, mixture, factor) };
    },
    recovered(size, frame, variance) {
      const known = sumsOf(size);
      const found = denoised(
        coefficients(fieldOf(picture, size), size),
        coefficients(fieldOf(noise, size), size),
        ringsOf(size),
        wienerGains(known, variance),
        variance,
      );
      for (const plane of found.planes) transformOf(size).inverse(plane);
      // The turn of colours is linear and the same for every pixel, so it may come after the cut, which is smaller.
      const shown = toColours(cut(found, frame.view, frame.points));
      return { side: shown.side, pixels: paint(shown, undefined, { alpha: 1, sigma: 0 }, 1) };
    },
  };
}
