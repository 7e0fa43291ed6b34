/** The size of a terminal, in characters. */
export interface Dimensions {
  readonly columns: number;
  readonly rows: number;
}
