export { DRAWN_SIDE, drawDigits, drawnData } from './drawn-digits.ts';
export { drawMembranes, drawnMembranes } from './drawn-membranes.ts';
export { pick, type DigitData, type ImageSet } from './image-set.ts';
export { pictureCount, type MembraneData, type MembraneSet } from './membrane-set.ts';
export { createRandom, type Random } from './random.ts';
export { decodeText, encodeText, splitText, type TextData } from './text-data.ts';
export { writeText, writtenText } from './written-text.ts';
