/** A point in the unit box: x to the right, y down. */
export type Point = readonly [x: number, y: number];
/** A line that the pen draws without being lifted. */
export type Stroke = readonly Point[];

const ARC_STEP = 20; // degrees between two points of an arc

/** Part of an ellipse; degrees run clockwise from the right. */
function arc(center: Point, radius: Point, from: number, to: number): Point[] {
  const count = Math.max(2, Math.ceil(Math.abs(to - from) / ARC_STEP));
  return Array.from({ length: count + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / count) * Math.PI) / 180;
    return [center[0] + radius[0] * Math.cos(angle), center[1] + radius[1] * Math.sin(angle)] as const;
  });
}

/** A quadratic Bezier curve. */
function curve(start: Point, pull: Point, end: Point): Point[] {
  return Array.from({ length: 7 }, (_, i) => {
    const t = i / 6;
    const at = (axis: 0 | 1): number => (1 - t) ** 2 * start[axis] + 2 * t * (1 - t) * pull[axis] + t ** 2 * end[axis];
    return [at(0), at(1)] as const;
  });
}

/** The ways in which people write each digit: digit -> manner -> strokes. */
export const DIGIT_STROKES = [
  [[arc([0.5, 0.5], [0.29, 0.42], -90, 270)], [arc([0.5, 0.5], [0.22, 0.42], -70, 275)], [arc([0.5, 0.5], [0.36, 0.38], -120, 235)]],
  [
    [
      [
        [0.5, 0.08],
        [0.5, 0.92],
      ],
    ],
    [
      [
        [0.33, 0.28],
        [0.53, 0.08],
        [0.53, 0.92],
      ],
    ],
    [
      [
        [0.33, 0.25],
        [0.52, 0.08],
        [0.52, 0.92],
      ],
      [
        [0.3, 0.92],
        [0.74, 0.92],
      ],
    ],
  ],
  [
    [[...arc([0.5, 0.3], [0.28, 0.22], 190, 395), [0.22, 0.92], [0.8, 0.92]]],
    [
      [
        ...arc([0.48, 0.32], [0.26, 0.24], 200, 410),
        ...curve([0.6, 0.56], [0.35, 0.72], [0.24, 0.9]),
        ...curve([0.24, 0.9], [0.5, 0.8], [0.82, 0.93]),
      ],
    ],
  ],
  [
    [[...arc([0.47, 0.29], [0.25, 0.21], 205, 445), ...arc([0.47, 0.71], [0.29, 0.21], 275, 520)]],
    [[[0.24, 0.1], [0.74, 0.1], [0.47, 0.42], ...arc([0.47, 0.67], [0.28, 0.25], 275, 510)]],
  ],
  [
    [
      [
        [0.62, 0.92],
        [0.62, 0.08],
        [0.2, 0.64],
        [0.84, 0.64],
      ],
    ],
    [
      [
        [0.3, 0.1],
        [0.24, 0.54],
        [0.8, 0.54],
      ],
      [
        [0.67, 0.16],
        [0.63, 0.92],
      ],
    ],
  ],
  [
    [[[0.76, 0.1], [0.31, 0.1], [0.28, 0.46], ...arc([0.47, 0.66], [0.28, 0.25], 235, 510)]],
    [
      [[0.3, 0.12], [0.29, 0.46], ...arc([0.46, 0.67], [0.28, 0.24], 250, 500)],
      [
        [0.3, 0.12],
        [0.78, 0.1],
      ],
    ],
  ],
  [
    [[...curve([0.68, 0.08], [0.25, 0.24], [0.24, 0.66]), ...arc([0.5, 0.68], [0.26, 0.24], 180, 540)]],
    [[...curve([0.5, 0.06], [0.26, 0.34], [0.27, 0.7]), ...arc([0.48, 0.72], [0.21, 0.2], 180, 530)]],
  ],
  [
    [
      [
        [0.2, 0.1],
        [0.8, 0.1],
        [0.42, 0.92],
      ],
    ],
    [
      [
        [0.2, 0.14],
        [0.2, 0.1],
        [0.8, 0.1],
        [0.42, 0.92],
      ],
      [
        [0.36, 0.5],
        [0.74, 0.5],
      ],
    ],
    [[...curve([0.2, 0.14], [0.5, 0.06], [0.8, 0.1]), ...curve([0.8, 0.1], [0.5, 0.45], [0.46, 0.92])]],
  ],
  [
    [arc([0.5, 0.3], [0.22, 0.2], 90, 450), arc([0.5, 0.7], [0.27, 0.22], -90, 270)],
    [
      [
        ...curve([0.72, 0.18], [0.45, -0.06], [0.28, 0.26]),
        ...curve([0.28, 0.26], [0.4, 0.5], [0.72, 0.68]),
        ...curve([0.72, 0.68], [0.55, 1.06], [0.26, 0.78]),
        ...curve([0.26, 0.78], [0.35, 0.5], [0.72, 0.18]),
      ],
    ],
  ],
  [
    [[...arc([0.5, 0.32], [0.25, 0.24], 0, 360), ...curve([0.75, 0.32], [0.77, 0.7], [0.55, 0.92])]],
    [[...arc([0.48, 0.32], [0.24, 0.22], -20, 340), [0.72, 0.26], [0.68, 0.92]]],
  ],
] as const satisfies readonly (readonly (readonly Stroke[])[])[];
