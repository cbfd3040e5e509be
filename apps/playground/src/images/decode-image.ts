import { IMAGE_SIDE } from './read-images.ts';

/**
 * Decodes a file with the browser's own decoders: the middle square of the image, scaled.
 *
 * @returns red, green and blue of each pixel, from 0 to 1
 * @throws DOMException for what is no image that this browser knows
 */
export async function decodeImage(file: Blob): Promise<Float32Array> {
  const bitmap = await createImageBitmap(file);
  try {
    const context = new OffscreenCanvas(IMAGE_SIDE, IMAGE_SIDE).getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('[playground] images need a canvas, got none from this browser. Try another one.');
    const edge = Math.min(bitmap.width, bitmap.height);
    const [left, top] = [(bitmap.width - edge) / 2, (bitmap.height - edge) / 2];
    context.imageSmoothingQuality = 'high';
    context.fillStyle = 'white'; // behind transparent pixels
    context.fillRect(0, 0, IMAGE_SIDE, IMAGE_SIDE);
    context.drawImage(bitmap, left, top, edge, edge, 0, 0, IMAGE_SIDE, IMAGE_SIDE);
    const { data } = context.getImageData(0, 0, IMAGE_SIDE, IMAGE_SIDE);
    return Float32Array.from({ length: IMAGE_SIDE * IMAGE_SIDE * 3 }, (_, i) => (data[4 * Math.floor(i / 3) + (i % 3)] ?? 0) / 255);
  } finally {
    bitmap.close();
  }
}
