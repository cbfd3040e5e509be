/** A noun of the play; `many` for the plural. */
export interface Noun {
  readonly word: string;
  readonly many: boolean;
}

const one = (words: string): readonly Noun[] => words.split(' ').map((word) => ({ word, many: false }));
const many = (words: string): readonly Noun[] => words.split(' ').map((word) => ({ word, many: true }));

/** All words of the play that `writeText` writes. */
export const PLAY = {
  speakers: ['Odile', 'Bram', 'Ysolde', 'Corvin', 'Tamsin', 'Harald', 'Mirela', 'First Miller', 'Second Miller', 'The Ferryman'],
  nouns: [
    ...one('river harvest kingdom lantern winter mirror daughter soldier garden secret mountain silence harbour candle'),
    ...many('letters horses shadows bells stones brothers promises ravens windows ships children wolves'),
  ],
  verbs: ['remember', 'follow', 'fear', 'guard', 'hide', 'love', 'break', 'bear', 'forget', 'find', 'answer', 'burn', 'keep', 'need'],
  adjectives: ['bright', 'bitter', 'quiet', 'golden', 'hollow', 'patient', 'broken', 'ancient', 'gentle', 'restless', 'frozen', 'proud'],
  articles: { one: ['the', 'my', 'your', 'every', 'no', 'this'], many: ['the', 'my', 'your', 'all', 'these', 'no'] },
  places: ['at dawn', 'before the gate', 'in the valley', 'beyond the sea', 'under the old bridge', 'without a word'],
  times: ['tonight', 'long ago', 'by morning', 'once again', 'in spring'],
  joins: ['and', 'but', 'for', 'yet', 'while', 'until'],
  calls: ['Hear me', 'Good morrow', 'Nay', 'Come', 'Tell me', 'Believe me'],
} as const satisfies Record<string, unknown>;
