import { DIGIT_STROKES, type Point, type Stroke } from './digit-strokes.ts';
import type { DigitData, ImageSet } from './image-set.ts';
import { createRandom, type Random } from './random.ts';

/** Edge of a drawn picture, in pixels. */
export const DRAWN_SIDE = 24;

/**
 * How much a hand varies, chosen so that the task is honest: a nearest-centroid classifier gets well over half of the pictures
 * and far from all, a small convolutional network needs some dozens of steps.
 */
const HAND = {
  turn: 0.2, // radians to either side
  slant: 0.2, // shear to either side
  size: [14.5, 18.5], // height of the unit box, in pixels
  width: [0.72, 1.05], // width of the box as a part of its height
  shift: 1.8, // pixels to either side
  wobble: 0.04, // of the unit box
  pen: [0.6, 1.35], // half the thickness, in pixels
  ink: [0.55, 1],
  grain: [0.04, 0.16], // deviation of the paper's noise
  scratches: 3, // at most two
} as const;

/**
 * Draws a set of digits, each written by a slightly different hand.
 *
 * A digit is a few pen strokes; the strokes are bent, turned, slanted, scaled and shifted at random, drawn with a round pen
 * whose edge is anti-aliased, and covered with scratches and grain. Nothing is read from any data set.
 *
 * Pure: the same seed and stream give the same pictures. About 40 microseconds a picture.
 *
 * @param count - how many; the ten digits take turns
 * @param seed - whole number from 0 to 2^32 - 1
 * @param stream - names the set, so that training and held-out pictures of one seed differ
 * @returns new arrays, owned by the caller
 *
 * @example
 * drawDigits(10, 1, 'train').labels[7]; // 7
 */
export function drawDigits(count: number, seed: number, stream: string): ImageSet {
  const random = createRandom(seed, `drawn-${stream}`);
  const size = DRAWN_SIDE * DRAWN_SIDE;
  const pixels = new Float32Array(count * size);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  for (let i = 0; i < count; i += 1) drawDigit(pixels.subarray(i * size, (i + 1) * size), i % 10, random);
  return { side: DRAWN_SIDE, pixels, labels };
}

/**
 * Draws what a run learns from and what it is judged by.
 *
 * @param trainCount - pictures to learn from
 * @param heldOutCount - pictures to be judged by
 * @param seed - whole number from 0 to 2^32 - 1
 * @returns two sets that share no picture
 */
export function drawnData(trainCount: number, heldOutCount: number, seed: number): DigitData {
  return {
    source: `digits drawn by this program itself, ${DRAWN_SIDE}x${DRAWN_SIDE}`,
    train: drawDigits(trainCount, seed, 'train'),
    heldOut: drawDigits(heldOutCount, seed, 'held-out'),
  };
}

function drawDigit(image: Float32Array, digit: number, random: Random): void {
  const manners = DIGIT_STROKES[digit] ?? DIGIT_STROKES[0];
  const strokes: readonly Stroke[] = manners[random.integer(manners.length)] ?? manners[0];
  const place = placement(random);
  const pen = random.between(...HAND.pen);
  const ink = random.between(...HAND.ink);
  for (const stroke of strokes) drawStroke(image, stroke.map(place), pen, ink);
  for (let left = random.integer(HAND.scratches); left > 0; left -= 1) drawStroke(image, scratch(random), 0.4, random.between(0.3, 0.7));
  const grain = random.between(...HAND.grain);
  for (let i = 0; i < image.length; i += 1) image[i] = Math.min(1, Math.max(0, (image[i] ?? 0) + grain * random.normal()));
}

/** From the unit box to pixels, as one random hand does it. */
function placement(random: Random): (point: Point) => Point {
  const turn = random.between(-HAND.turn, HAND.turn);
  const slant = random.between(-HAND.slant, HAND.slant);
  const height = random.between(...HAND.size);
  const width = height * random.between(...HAND.width);
  const middle: Point = [
    DRAWN_SIDE / 2 + random.between(-HAND.shift, HAND.shift),
    DRAWN_SIDE / 2 + random.between(-HAND.shift, HAND.shift),
  ];
  const bends = [random.between(0, 7), random.between(0, 7), random.between(4, 8), random.between(4, 8)] as const;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return ([x, y]) => {
    const bentX = x + HAND.wobble * Math.sin(bends[2] * y + bends[0]) - 0.5;
    const bentY = y + HAND.wobble * Math.sin(bends[3] * x + bends[1]) - 0.5;
    const [wide, high] = [(bentX - slant * bentY) * width, bentY * height];
    return [middle[0] + cos * wide - sin * high, middle[1] + sin * wide + cos * high];
  };
}

function scratch(random: Random): Stroke {
  const start: Point = [random.between(0, DRAWN_SIDE), random.between(0, DRAWN_SIDE)];
  return [start, [start[0] + random.between(-6, 6), start[1] + random.between(-6, 6)]];
}

/** Inks every pixel by how much of it the round pen covers, taken as linear over one pixel at the pen's edge. */
function drawStroke(image: Float32Array, stroke: Stroke, pen: number, ink: number): void {
  for (let i = 1; i < stroke.length; i += 1) {
    const from = stroke[i - 1];
    const to = stroke[i];
    if (from === undefined || to === undefined) continue;
    const reach = pen + 1;
    const lowX = Math.max(0, Math.floor(Math.min(from[0], to[0]) - reach));
    const highX = Math.min(DRAWN_SIDE - 1, Math.ceil(Math.max(from[0], to[0]) + reach));
    const lowY = Math.max(0, Math.floor(Math.min(from[1], to[1]) - reach));
    const highY = Math.min(DRAWN_SIDE - 1, Math.ceil(Math.max(from[1], to[1]) + reach));
    for (let y = lowY; y <= highY; y += 1) {
      for (let x = lowX; x <= highX; x += 1) {
        const cover = Math.min(1, Math.max(0, pen + 0.5 - distanceToSegment(x + 0.5, y + 0.5, from, to)));
        const at = y * DRAWN_SIDE + x;
        image[at] = Math.max(image[at] ?? 0, ink * cover);
      }
    }
  }
}

function distanceToSegment(x: number, y: number, from: Point, to: Point): number {
  const [alongX, alongY] = [to[0] - from[0], to[1] - from[1]];
  const length = alongX * alongX + alongY * alongY;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from[0]) * alongX + (y - from[1]) * alongY) / length));
  return Math.hypot(x - from[0] - t * alongX, y - from[1] - t * alongY);
}
