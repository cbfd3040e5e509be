import { createRequire } from 'node:module';

/** A function that tfjs-node 4.22 calls and that newer Node lacks. */
interface Repair {
  readonly name: string;
  /** Node's version that took it out. */
  readonly goneSince: number;
  readonly replacement: (value: unknown) => boolean;
}

/** Both were deprecated for years; their sources are one line each in Node 22's `lib/util.js`. */
const REPAIRS: readonly Repair[] = [
  { name: 'isNullOrUndefined', goneSince: 23, replacement: (value) => value === null || value === undefined },
  { name: 'isArray', goneSince: 23, replacement: (value) => Array.isArray(value) },
];

/** What was put into `node:util`, and how to take it out again. */
export interface AppliedRepairs {
  /** For instance `util.isNullOrUndefined`; empty where Node has them all. */
  readonly names: readonly string[];
  /** Takes out what was put in, unless another holder still needs it. A second call does nothing. */
  undo(): void;
}

/** What we can put functions into; `node:util` itself, and an object like it in tests. */
export type UtilModule = Record<string, unknown>;

const nodeUtil = (): UtilModule => createRequire(import.meta.url)('node:util') as UtilModule;
const holders = new WeakMap<UtilModule, Map<string, number>>(); // how many handles need each function that we added

/** The functions that tfjs-node calls and this Node lacks. Pure. */
export function neededRepairs(util: UtilModule = nodeUtil()): readonly string[] {
  return REPAIRS.filter(({ name }) => typeof util[name] !== 'function').map(({ name }) => `util.${name}`);
}

/**
 * Gives Node back what tfjs-node 4.22 calls and Node 23 took out, where it is missing.
 *
 * Without them nearly every op of tfjs-node throws `isNullOrUndefined is not a function`. They go into the object that
 * `require('util')` gives, which tfjs-node looks into at each call. Nothing is touched on Node 20 and 22.
 *
 * @param util - what to repair; default Node's own
 * @returns what was added, and `undo()`
 *
 * @example
 * const repairs = repairNode();
 * repairs.undo();
 */
export function repairNode(util: UtilModule = nodeUtil()): AppliedRepairs {
  const held = holders.get(util) ?? new Map<string, number>();
  holders.set(util, held);
  const ours = REPAIRS.filter(({ name }) => typeof util[name] !== 'function' || held.has(name));
  for (const { name, replacement } of ours) {
    if (!held.has(name)) util[name] = replacement;
    held.set(name, (held.get(name) ?? 0) + 1);
  }
  let undone = false;
  const undo = (): void => {
    if (undone) return;
    undone = true;
    for (const { name, replacement } of ours) {
      const users = (held.get(name) ?? 1) - 1;
      if (users > 0) held.set(name, users);
      else {
        held.delete(name);
        if (util[name] === replacement) delete util[name]; // unless someone else put theirs there meanwhile
      }
    }
  };
  return { names: ours.map(({ name }) => `util.${name}`), undo };
}
