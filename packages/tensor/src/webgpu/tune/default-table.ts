/** Choices that come with the engine for adapters of one kind, measured on one of them. */
export interface DefaultTable {
  /** A part of the adapter's description, without its version, such as `llvmpipe`. */
  readonly description: string;
  readonly subgroupSize: number;
  /** Names of candidates by keys of sites. */
  readonly choices: Readonly<Record<string, string>>;
}
