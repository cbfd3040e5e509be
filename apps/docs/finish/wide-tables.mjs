/**
 * Puts each table of a text into a box of its own, which scrolls where the screen is narrower than the table.
 *
 * The table itself stays one to those who listen to it; the script of the page makes the box reachable by keyboard when it does scroll.
 *
 * Pure.
 *
 * @param {string} html
 * @returns {string}
 */
export function withWideTables(html) {
  return html.replace(/(?<!<div class="wide-table">)<table>[\s\S]*?<\/table>/g, (table) => `<div class="wide-table">${table}</div>`);
}
