import { changedSettings, defaultSettings, FIELDS, MODELS, type SettingName, SETTING_NAMES, type Settings } from './settings.ts';

/** What became of a text that should be a setting. */
export type FieldReading = { readonly ok: true; readonly value: string | number } | { readonly ok: false; readonly problem: string };

/**
 * Reads the text of one setting, from a link or from the form.
 *
 * Pure.
 *
 * @param name - which
 * @param text - as it was given
 * @param settings - the others, as far as they are known: what data there is depends on the model
 * @returns the value, or what is wrong with it
 *
 * @example
 * readField('batch', '0', defaultSettings()); // { ok: false, problem: "batch must be a whole number from 1 to 256, got '0'" }
 */
export function readField(name: SettingName, text: string, settings: Settings): FieldReading {
  const field = FIELDS[name];
  const wrong = (expected: string): FieldReading => ({ ok: false, problem: `${name} must be ${expected}, got '${text.slice(0, 40)}'` });
  if (field.kind === 'choice') {
    const allowed: readonly string[] = name === 'data' ? MODELS[settings.model].data : Object.keys(field.choices);
    return allowed.includes(text) ? { ok: true, value: text } : wrong(allowed.join(' or '));
  }
  const { min, max, whole } = field;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const fits = value >= min && value <= max && (!whole || Number.isInteger(value));
  return fits ? { ok: true, value } : wrong(`a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
}

/** Settings as a link says them, and in one line what in it was not understood. */
export interface ReadQuery {
  readonly settings: Settings;
  /** `null` where all was understood. */
  readonly problem: string | null;
}

/**
 * Reads settings from a query string. What is missing or wrong is as offered; parameters of other names are none of ours.
 *
 * Pure.
 *
 * @param query - with or without its `?`
 *
 * @example
 * readQuery('?model=unet').settings.data; // 'membranes'
 */
export function readQuery(query: string): ReadQuery {
  const given = new URLSearchParams(query);
  let settings = defaultSettings();
  const problems: string[] = [];
  for (const name of inOrder) {
    const text = given.get(name);
    if (text === null) continue;
    const reading = readField(name, text, settings);
    if (reading.ok) settings = changedSettings(settings, name, reading.value as never);
    else problems.push(`${reading.problem} (${settings[name]} is used)`);
  }
  return { settings, problem: problems.length === 0 ? null : `The link has settings that do not exist: ${problems.join('; ')}.` };
}

/** Those first that bring others with them. */
const first: readonly SettingName[] = ['model', 'policy', 'optimizer', 'lossScale'];
const inOrder: readonly SettingName[] = [...first, ...SETTING_NAMES.filter((name) => !first.includes(name))];

/**
 * Settings as a query string: those alone that differ from what is offered with the rest.
 *
 * Pure; `readQuery(formatQuery(settings)).settings` equals `settings`.
 *
 * @returns without `?`; empty for the defaults
 *
 * @example
 * formatQuery({ ...defaultSettings(), seed: 7 }); // 'seed=7'
 */
export function formatQuery(settings: Settings): string {
  const query = new URLSearchParams();
  let offered = defaultSettings();
  for (const name of inOrder) {
    if (settings[name] === offered[name]) continue;
    query.set(name, String(settings[name]));
    offered = changedSettings(offered, name, settings[name]);
  }
  return query.toString();
}

/** A page's own query string with our settings in it: parameters of others stay. Pure. */
export function queryWith(query: string, settings: Settings): string {
  const others = [...new URLSearchParams(query)].filter(([name]) => !(SETTING_NAMES as readonly string[]).includes(name));
  return [new URLSearchParams(others).toString(), formatQuery(settings)].filter((part) => part !== '').join('&');
}
