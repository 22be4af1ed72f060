/** What a backend is, in words that are not its own: what a figure must be reported with. */
export interface Profile {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** A CPU does the work, if only behind a GPU's interface: lavapipe, SwiftShader, WARP. */
  readonly software: boolean;
  /** It can keep numbers as 16-bit floats. */
  readonly halves: boolean;
}
