/** An element of MathML. */
export interface Formula {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Formula | string)[];
}
