let last: Promise<unknown> = Promise.resolve();

/**
 * Runs asynchronous work after all that was handed in before, in this process.
 *
 * tfjs starts one backend at a time (a second start cancels the first), and who added a registration can only be told
 * while nobody else adds one.
 */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  last = mine.catch(() => undefined); // its failure is its caller's, not the next one's
  return mine;
}
