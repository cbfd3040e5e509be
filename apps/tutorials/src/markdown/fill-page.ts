/** What a page may show between its marks. */
export interface PageSources {
  /** A part of a program, or with an empty region all of it, as a block of code. */
  program(name: string, region: string): string;
  finding(name: string): string;
}

const PROGRAM = /<!-- program: ([\w-]+)(?:#([\w-]+))? -->[\s\S]*?<!-- \/program -->/g;
const FINDING = /<!-- finding: ([\w-]+) -->[\s\S]*?<!-- \/finding -->/g;
const MARK = /<!-- \/?(?:program|finding)\b/g;

/**
 * Fills a page: programs and findings go between their marks, all else stays.
 *
 * Pure but for what the sources read.
 *
 * @param name - of the page, for errors
 * @throws SyntaxError for a mark that has no end or no beginning
 */
export function fillPage(page: string, name: string, { program, finding }: PageSources): string {
  let pairs = 0;
  const filled = page
    .replace(PROGRAM, (_all, of: string, region: string | undefined) => {
      pairs += 1;
      return `<!-- program: ${of}${region === undefined ? '' : `#${region}`} -->\n\n${program(of, region ?? '')}\n\n<!-- /program -->`;
    })
    .replace(FINDING, (_all, of: string) => {
      pairs += 1;
      return `<!-- finding: ${of} -->\n\n${finding(of)}\n\n<!-- /finding -->`;
    });
  const marks = page.match(MARK)?.length ?? 0;
  if (marks !== 2 * pairs)
    throw new SyntaxError(
      `[tutorials] every mark in ${name} must have its end, got ${marks} marks in ${pairs} pairs. Write <!-- program: NAME#region --> … <!-- /program -->.`,
    );
  return filled;
}

/** Whether two texts are the same but for how a formatter lays out code and tables. Pure. */
export function saysTheSame(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

/** Without white space, rules of tables, and the commas and brackets that a formatter adds where it breaks a line. */
function plain(text: string): string {
  return text
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/\s+/g, '')
    .replaceAll(/,(?=[)\]}])/g, '');
}
