import type { Table1Size } from './tables';

export interface Table5Row {
  readonly imageSize: Table1Size;
  /** Name of the method, without the citation and without what is in the two fields below. */
  readonly method: string;
  readonly patchSize: number | null;
  /** Optimizer steps the paper states for the row. */
  readonly updates: number | null;
  /** Lower is better. */
  readonly fid: number;
  /** Inception score; higher is better. null where the table leaves it blank. */
  readonly inceptionScore: number | null;
  /** Parameters in millions; null where the table leaves them blank. */
  readonly paramsMillions: number | null;
  /** The table prints "> N": the generator alone has N, the classifier that guides it comes on top. */
  readonly paramsAreLowerBound: boolean;
}

/** `RIN+our strategy` in the paper: the method the paper proposes. */
export const PAPER_METHOD = 'RIN + input scaling';

const other = (
  imageSize: Table1Size,
  method: string,
  fid: number,
  inceptionScore: number | null,
  paramsMillions: number | null,
  paramsAreLowerBound = false,
): Table5Row => ({
  imageSize,
  method,
  patchSize: null,
  updates: null,
  fid,
  inceptionScore,
  paramsMillions,
  paramsAreLowerBound,
});

const rin = (
  imageSize: Table1Size,
  method: string,
  patchSize: number,
  updates: number,
  fid: number,
  inceptionScore: number,
  paramsMillions: number,
): Table5Row => ({
  imageSize,
  method,
  patchSize,
  updates,
  fid,
  inceptionScore,
  paramsMillions,
  paramsAreLowerBound: false,
});

/**
 * Table 5: class-conditional, pixel-based generation of ImageNet, in the paper's order. The paper's own rows use
 * neither cascades nor guidance: 50,000 samples of 1000 DDPM steps (section 3.1).
 */
export const table5: readonly Table5Row[] = [
  other(64, 'ADM', 2.07, null, 297),
  other(64, 'CF-guidance', 1.55, 66.0, null),
  other(64, 'CDM', 1.48, 66.0, null),
  rin(64, 'RIN', 4, 300_000, 1.23, 66.5, 281),
  rin(64, PAPER_METHOD, 8, 150_000, 2.04, 55.8, 214),
  other(128, 'ADM', 5.91, null, 386),
  other(128, 'ADM + guidance', 2.97, null, 386, true),
  other(128, 'CF-guidance', 2.43, 156.0, null),
  other(128, 'CDM', 3.51, 128.0, 1058),
  rin(128, 'RIN', 4, 700_000, 2.75, 144.1, 410),
  rin(128, PAPER_METHOD, 8, 250_000, 3.5, 120.4, 215),
  other(256, 'ADM', 10.94, 100.9, 553),
  other(256, 'ADM + guidance', 4.59, null, 553, true),
  other(256, 'CDM', 4.88, 158.7, 1953),
  rin(256, 'RIN', 8, 700_000, 4.51, 161.0, 410),
  rin(256, PAPER_METHOD, 8, 250_000, 3.52, 186.2, 319),
  other(512, 'ADM', 23.2, 58.1, 559),
  other(512, 'ADM + guidance', 7.72, 172.7, 559, true),
  rin(512, PAPER_METHOD, 8, 1_000_000, 3.95, 216, 320),
  rin(768, PAPER_METHOD, 8, 1_000_000, 5.6, 196.2, 408),
  rin(1024, PAPER_METHOD, 8, 910_000, 8.72, 163.9, 412),
];
