/** What a program found: a table, promises, numbers and pictures. Plain data. */
export interface Finding {
  /** Heads of the table that the tutorial ends with. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** What the page promises; the command and CI fail when one does not hold. */
  readonly claims: readonly Claim[];
  /** What pages quote and browsers compare with Node. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly pictures: readonly Picture[];
}

export interface Claim {
  /** A sentence that the page could print. */
  readonly what: string;
  readonly holds: boolean;
  /** The figures that decided it. */
  readonly found: string;
}

export type Picture = CurvesPicture | ImagesPicture;

export interface CurvesPicture {
  readonly kind: 'curves';
  readonly title: string;
  /** Names of the axes. */
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  /** What the picture shows, in words, for who does not see it. */
  readonly summary: string;
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface ImagesPicture {
  readonly kind: 'images';
  readonly title: string;
  readonly rows: readonly { readonly caption: string; readonly images: readonly Image[] }[];
  /** What the picture shows, in words, for who does not see it. */
  readonly summary: string;
}

export interface Image {
  readonly label: string;
  /** Pixels along one edge. */
  readonly side: number;
  /** From 0, black, to 1, white, row by row. */
  readonly values: Float32Array;
}
