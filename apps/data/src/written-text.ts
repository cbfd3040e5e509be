import { createRandom, type Random } from './random.ts';
import { splitText, type TextData } from './text-data.ts';
import { PLAY, type Noun } from './play-words.ts';

/**
 * Writes a play by a small grammar of our own: speakers in capitals, lines of speech, questions, answers that take up a word.
 *
 * A character model has much to learn from it: spelling, that a name and a colon begin a speech, that a verb agrees with its noun, which words stand together.
 * Nothing is read from any text.
 *
 * Pure: the same arguments give the same text. A million characters take about a tenth of a second.
 *
 * @param length - characters
 * @param seed - whole number from 0 to 2^32 - 1
 *
 * @example
 * writeText(5000, 1).length; // 5000
 */
export function writeText(length: number, seed: number): string {
  const random = createRandom(seed, 'text');
  const parts: string[] = [];
  let [written, topic] = [0, pick(PLAY.nouns, random)];
  let speaker = pick(PLAY.speakers, random);
  while (written < length) {
    const others = PLAY.speakers.filter((name) => name !== speaker);
    const partner = pick(others, random);
    const part = `${speaker.toUpperCase()}:\n${speech(topic, partner, random)}\n\n`;
    parts.push(part);
    written += part.length;
    speaker = random.next() < 0.8 ? partner : pick(others, random);
    if (random.next() < 0.5) topic = pick(PLAY.nouns, random);
  }
  return parts.join('').slice(0, length);
}

/** Writes a text and holds out its end. */
export function writtenText(length: number, seed: number): TextData {
  return splitText(writeText(length, seed), `a play written by this program itself, ${length} characters`);
}

function speech(topic: Noun, partner: string, random: Random): string {
  const lines = Array.from({ length: 1 + random.integer(4) }, (_, line) => sentence(line === 0 ? topic : pick(PLAY.nouns, random), random));
  const first = lines[0] ?? '';
  if (random.next() < 0.4) lines[0] = `${pick(PLAY.calls, random)}, ${partner}, ${first[0]?.toLowerCase()}${first.slice(1)}`;
  return lines.join('\n');
}

function sentence(noun: Noun, random: Random): string {
  const manner = random.next();
  if (manner < 0.2) return question(noun, random);
  const subject = phrase(noun, random);
  const said = `${subject} ${predicate(noun, random)}`;
  const whole = manner < 0.45 ? `${said}, ${pick(PLAY.joins, random)} ${clause(random)}` : said;
  const opening = manner > 0.8 ? `${pick(PLAY.times, random)} ` : '';
  return capital(`${opening}${whole}${random.next() < 0.15 ? '!' : '.'}`);
}

function question(noun: Noun, random: Random): string {
  const verb = pick(PLAY.verbs, random);
  return capital(`${noun.many ? 'do' : 'does'} ${phrase(noun, random)} ${verb} ${phrase(pick(PLAY.nouns, random), random)}?`);
}

function clause(random: Random): string {
  const noun = pick(PLAY.nouns, random);
  return `${phrase(noun, random)} ${predicate(noun, random)}`;
}

function phrase(noun: Noun, random: Random): string {
  const article = pick(noun.many ? PLAY.articles.many : PLAY.articles.one, random);
  const kind = random.next() < 0.4 ? `${pick(PLAY.adjectives, random)} ` : '';
  return `${article} ${kind}${noun.word}`;
}

function predicate(noun: Noun, random: Random): string {
  if (random.next() < 0.3) return `${noun.many ? 'are' : 'is'} ${pick(PLAY.adjectives, random)}`;
  const verb = pick(PLAY.verbs, random);
  const place = random.next() < 0.3 ? ` ${pick(PLAY.places, random)}` : '';
  return `${noun.many ? verb : `${verb}s`} ${phrase(pick(PLAY.nouns, random), random)}${place}`;
}

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

function pick<T>(list: readonly [T, ...T[]] | readonly T[], random: Random): T {
  return list[random.integer(list.length)] as T;
}
