import { existsSync, readFileSync } from 'node:fs';
import { splitText, type TextData } from './text-data.ts';

/**
 * Reads a text and holds out its last tenth.
 *
 * Reads the disk.
 *
 * @param path - a file of plain UTF-8
 * @param title - what the text is, in words
 * @throws Error when there is no such file; RangeError when it is nearly empty
 */
export function textFile(path: string, title: string): TextData {
  if (!existsSync(path)) throw new Error(`[data] a text must be a file, got no ${path}. Put it there.`);
  const text = readFileSync(path, 'utf8');
  return splitText(text, `${title}, ${text.length} characters, the last tenth held out`);
}
