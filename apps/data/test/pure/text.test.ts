import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeText, encodeText, splitText } from '../../src/text-data.ts';
import { textFile } from '../../src/text-file.ts';
import { writeText, writtenText } from '../../src/written-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'halftone-text-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the written play', () => {
  const play = writeText(20_000, 1);

  test('is the same text for the same seed and another one for another', () => {
    expect(writeText(2000, 1)).toBe(play.slice(0, 2000));
    expect(writeText(2000, 2)).not.toBe(play.slice(0, 2000));
  });

  test('is as long as asked for', () => {
    expect([writeText(1, 1).length, writeText(777, 1).length, play.length]).toEqual([1, 777, 20_000]);
  });

  test('has speakers in capitals before their speeches, sentences and questions', () => {
    const speeches = play.split('\n\n').slice(0, -1); // the last one is cut
    expect(speeches.every((speech) => /^[A-Z ]+:\n/.test(speech))).toBe(true);
    const lines = speeches.flatMap((speech) => speech.split('\n').slice(1));
    expect(lines.filter((line) => !/^[A-Z].*[.!?]$/.test(line))).toEqual([]);
    expect(lines.some((line) => line.endsWith('?'))).toBe(true);
  });

  test('has verbs that agree with their nouns', () => {
    expect(play).toMatch(/ river (is|\w+s) /);
    expect(play).not.toMatch(/(river|winter|mirror|secret) are|(letters|horses|bells|stones) is/);
  });

  test('is some dozens of different characters, as a model for characters wants', () => {
    const { characters, train, heldOut } = writtenText(20_000, 1);
    expect(characters.length).toBeGreaterThan(35);
    expect(characters.length).toBeLessThan(65);
    expect([train.length, heldOut.length]).toEqual([18_000, 2000]);
  });
});

describe('characters and their numbers', () => {
  test('go there and back', () => {
    const { characters, heldOut } = splitText('to be or not to be', 'a question');
    expect(decodeText(encodeText(heldOut, characters), characters)).toBe(heldOut);
    expect(characters.join('')).toBe(' benort');
  });

  test('are refused where the table lacks them', () => {
    expect(() => encodeText('x', ['a'])).toThrow(/known characters, got "x"\. Take a table/);
    expect(() => decodeText([1], ['a'])).toThrow(/must be below 1, got 1\. Take the table/);
  });

  test('need a text', () => {
    expect(() => splitText('short', 'x')).toThrow(/ten characters or more, got 5\. Give a longer one/);
  });
});

describe('a text in a file', () => {
  test('is cut at nine tenths', () => {
    writeFileSync(join(folder, 'alphabet.txt'), 'abcdefghijklmnopqrst');
    const data = textFile(join(folder, 'alphabet.txt'), 'the alphabet');
    expect([data.train, data.heldOut]).toEqual(['abcdefghijklmnopqr', 'st']);
    expect(data.source).toBe('the alphabet, 20 characters, the last tenth held out');
  });

  test('is asked for by name where it is missing', () => {
    expect(() => textFile(join(folder, 'nowhere.txt'), 'x')).toThrow(/got no .*nowhere\.txt\. Put it there/);
  });
});
