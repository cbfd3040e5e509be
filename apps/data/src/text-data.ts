/** Text to learn from and to be judged by. */
export interface TextData {
  /** Where it comes from, in words. */
  readonly source: string;
  readonly train: string;
  /** Never trained on. */
  readonly heldOut: string;
  /** Every character of both, once each, in the order of their codes: its index is the character's number. */
  readonly characters: readonly string[];
}

const LEARNED = 0.9; // of a text; its end is held out

/**
 * Cuts a text into what is learned from and, at its end, what is held out.
 *
 * Pure.
 *
 * @param text - cut at nine tenths
 * @param source - where it comes from, in words
 * @throws RangeError for a text of less than ten characters
 *
 * @example
 * splitText('abcdefghij', 'the alphabet').heldOut; // 'j'
 */
export function splitText(text: string, source: string): TextData {
  if (text.length < 10) throw new RangeError(`[data] a text must have ten characters or more, got ${text.length}. Give a longer one.`);
  const cut = Math.floor(text.length * LEARNED);
  return { source, train: text.slice(0, cut), heldOut: text.slice(cut), characters: [...new Set(text)].sort() };
}

/**
 * Gives each character its number.
 *
 * Pure.
 *
 * @throws RangeError for a character that the table lacks
 *
 * @example
 * encodeText('cab', ['a', 'b', 'c']); // Int32Array [2, 0, 1]
 */
export function encodeText(text: string, characters: readonly string[]): Int32Array {
  const numbers = new Map(characters.map((character, number) => [character, number]));
  return Int32Array.from(text, (character) => {
    const number = numbers.get(character);
    if (number === undefined)
      throw new RangeError(
        `[data] text must be of the ${characters.length} known characters, got ${JSON.stringify(character)}. Take a table that has it.`,
      );
    return number;
  });
}

/**
 * Turns numbers back into characters.
 *
 * Pure.
 *
 * @throws RangeError for a number that the table lacks
 *
 * @example
 * decodeText([2, 0, 1], ['a', 'b', 'c']); // 'cab'
 */
export function decodeText(numbers: ArrayLike<number>, characters: readonly string[]): string {
  return Array.from(numbers, (number) => {
    const character = characters[number];
    if (character === undefined)
      throw new RangeError(
        `[data] a character's number must be below ${characters.length}, got ${number}. Take the table it was made with.`,
      );
    return character;
  }).join('');
}
