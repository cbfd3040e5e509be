/** Colours of lines that differ for most kinds of colour blindness and stand out on white and on black. */
const SERIES_COLORS = ['#0f7fd6', '#d6600f', '#7a4fc9', '#0c8f5e', '#b3325f'] as const;

/** SVG dash patterns, so that lines differ without colour too. */
export const SERIES_DASHES = ['none', '7 4', '2 3', '9 3 2 3'] as const;

/** The colour of the line at a place; they repeat. */
export function seriesColor(index: number): string {
  return SERIES_COLORS[index % SERIES_COLORS.length] ?? SERIES_COLORS[0];
}
