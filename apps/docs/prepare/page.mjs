/**
 * A text as the site shows it. `description` is plain text, for search results and for the lists of sections.
 * @typedef {{ readonly title: string, readonly description: string, readonly body: string }} Page
 */

const longestDescription = 200;

/**
 * Splits a text of docs/ into its title (the first line), a description (from the first paragraph) and what follows the title.
 *
 * The texts carry no frontmatter, so that they read well where the repository is browsed. Comments are markers of tools, and go.
 *
 * Pure.
 *
 * @param {string} text
 * @param {string} file - for the message
 * @returns {Page}
 * @throws Error if the text does not begin with a title
 */
export function pageOf(text, file) {
  const [first = '', ...rest] = text.trimStart().split('\n');
  const title = /^# (.+)$/.exec(first)?.[1];
  if (title === undefined)
    throw new Error(`[docs] ${file} must begin with its title, got ${JSON.stringify(first)}. Write "# Title" into the first line.`);
  const body = withoutComments(rest.join('\n')).trim();
  return { title: plainText(title), description: shortened(plainText(firstParagraph(body))), body };
}

/**
 * The file that Starlight reads.
 *
 * @param {Page} page
 * @returns {string}
 */
export function contentFile({ title, description, body }) {
  const lines = Object.entries({ title, description }).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return ['---', ...lines, '---', '', body, ''].join('\n');
}

/**
 * Markdown without its signs.
 *
 * @param {string} markdown - of one paragraph
 * @returns {string}
 */
export function plainText(markdown) {
  return markdown
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/`([^`]*)`/g, '$1')
    .replace(/(\*\*|__)(.+?)\1/g, '$2')
    .replace(/(?<![\w*])[*_](?=\S)(.+?)(?<=\S)[*_](?![\w*])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** @param {string} body */
function firstParagraph(body) {
  const isProse = /** @param {string} block */ (block) => block !== '' && !/^(#|```|!\[|\||<|[-*] |\d+\. |>)/.test(block);
  return (
    body
      .split(/\n{2,}/)
      .map((block) => block.trim())
      .find(isProse) ?? ''
  );
}

/** @param {string} text */
function shortened(text) {
  if (text.length <= longestDescription) return text;
  const head = text.slice(0, longestDescription);
  const end = head.lastIndexOf('. ');
  return end > 60 ? `${head.slice(0, end)}.` : `${head.slice(0, head.lastIndexOf(' '))} …`;
}

/** @param {string} text */
function withoutComments(text) {
  return outsideCode(text, (prose) => prose.replace(/<!--[\s\S]*?-->\n?/g, ''));
}

/**
 * Changes what is prose in Markdown and leaves fenced blocks and code in backticks as they are.
 *
 * Pure.
 *
 * @param {string} text
 * @param {(prose: string) => string} change
 * @returns {string}
 */
export function outsideCode(text, change) {
  const code = /^( {0,3})(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?\1 {0,3}\2[^\S\n]*$|(`+)(?!`)[^\n]*?(?<!`)\3(?!`)/gm;
  /** @type {string[]} */
  const kept = [];
  const hidden = text.replace(code, (found) => `\ue000${kept.push(found) - 1}\ue000`);
  return change(hidden).replace(/\ue000(\d+)\ue000/g, (_, index) => kept[Number(index)] ?? '');
}
