/** Threads of Node, which a page has not: what needs them is skipped there, and says so. */
export const Worker = undefined;
