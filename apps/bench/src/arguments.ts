import { parseArgs } from 'node:util';

/** An option of a command, as `node:util` wants it, with its line of the usage. */
export interface OptionFact {
  readonly type: 'boolean' | 'string';
  /** What stands behind the name in the usage; none for a switch. */
  readonly value?: string;
  readonly says: string;
}

/** The options of a command by name. */
export type OptionTable = Readonly<Record<string, OptionFact>>;

/** Texts and switches as typed, not checked yet. */
export type Typed<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: Table[Name]['type'] extends 'boolean' ? boolean : string;
};

/**
 * Reads options by their table.
 *
 * Pure.
 *
 * @param command - for the error
 * @throws TypeError for an option that the table does not have, or one without its value
 */
export function readOptions<Table extends OptionTable>(command: string, args: readonly string[], table: Table): Typed<Table> {
  try {
    const options = Object.fromEntries(Object.entries(table).map(([name, { type }]) => [name, { type }]));
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values as Typed<Table>;
  } catch (cause) {
    const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/\. .*$/, '') : String(cause);
    throw new TypeError(`[bench] the options must be those of ${command} --help, got: ${said}. Run npm run bench -- ${command} --help.`, {
      cause,
    });
  }
}

/** The lines of the usage for a table of options. */
export function optionLines(table: OptionTable): string {
  return Object.entries(table)
    .map(([name, { value, says }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(20)} ${says}`)
    .join('\n');
}

/**
 * Reads a whole number.
 *
 * @returns `undefined` where the option was not given
 * @throws RangeError that names the option and what was given
 */
export function wholeNumber(option: string, text: string | undefined, least = 1): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= 0xffffffff) return value;
  throw new RangeError(
    `[bench] --${option} must be a whole number of ${least} or more, got ${text}. Write for example --${option} ${Math.max(least, 8)}.`,
  );
}

/**
 * Checks a name against those that exist.
 *
 * @throws RangeError that lists them
 */
export function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new RangeError(`[bench] --${option} must be one of ${names.join(', ')}, got ${text}. Write for example --${option} ${names[0]}.`);
}

/** Checks a list of names with commas. */
export function listOf<Name extends string>(option: string, text: string, names: readonly Name[]): readonly Name[] {
  return text.split(',').map((name) => oneOf(option, name.trim(), names));
}
