/**
 * Takes the styles of interactive parts out of a page that has none.
 *
 * Astro links on every page what a script may import; the script links it again by itself when it does.
 *
 * Pure.
 *
 * @param {string} html
 * @param {string} loader - the text of the script that imports the parts
 * @returns {string}
 */
export function withoutIdleStyles(html, loader) {
  if (/\sdata-island=/.test(html)) return html;
  const styles = new Set([...loader.matchAll(/"(_astro\/[\w.-]+\.css)"/g)].map(([, file]) => `/${file}`));
  return html.replace(/<link rel="stylesheet" href="([^"]+)">/g, (link, address) => (styles.has(address) ? '' : link));
}
