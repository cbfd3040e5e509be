/** The bundler runs in Node alone: what needs it is skipped in a page, and says so. */
export const build = undefined;
