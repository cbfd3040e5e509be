/**
 * What a policy does with a kernel. `allow`: half in and out, float32 accumulators (the allowlist). `deny`: float32 in and out
 * (the denylist). `f32-inner`: half in and out, float32 maths inside. `promote`: the widest of its real inputs. `pass`: as its
 * input. `n/a`: it computes no floats.
 */
export type OpClass = 'allow' | 'deny' | 'f32-inner' | 'promote' | 'pass' | 'n/a';

/** A class that a user may give to a kernel, as options write it. `n/a` has no word: it is a fact about a kernel, not a choice. */
export type ClassWord = 'allow' | 'deny' | 'f32Inner' | 'promote' | 'pass';

/** The class that each word stands for. */
export const CLASS_WORDS: Readonly<Record<ClassWord, OpClass>> = {
  allow: 'allow',
  deny: 'deny',
  f32Inner: 'f32-inner',
  promote: 'promote',
  pass: 'pass',
};

/** The words in the order in which options and strings list them. */
export const CLASS_WORD_ORDER: readonly ClassWord[] = ['allow', 'deny', 'f32Inner', 'promote', 'pass'];
