import { changedSettings, FIELDS, MODELS, type SettingName, SETTING_NAMES, type Settings } from '../state/settings.ts';
import { readField } from '../state/settings-query.ts';
import { button, element, setAttributes, setText } from '@halftone/page/elements';
import type { FolderField } from './folder-field.ts';

/** What newcomers see; the rest is folded away. */
const FIRST: readonly SettingName[] = ['model', 'data', 'policy', 'compare'];

interface Control {
  readonly input: HTMLInputElement | HTMLSelectElement;
  readonly row: HTMLElement;
  readonly problem: HTMLElement;
}

/** The form of all settings. */
export class SettingsForm {
  readonly element: HTMLFormElement;
  readonly #controls: ReadonlyMap<SettingName, Control>;
  readonly #onChange: (settings: Settings) => void;
  readonly #folder: FolderField;
  readonly #more: HTMLDetailsElement;
  #settings: Settings;

  constructor(settings: Settings, { folder, onChange, onReset }: FormParts) {
    this.#settings = settings;
    this.#onChange = onChange;
    this.#folder = folder;
    this.#controls = new Map(SETTING_NAMES.map((name) => [name, this.#control(name)]));
    const rows = (names: readonly SettingName[]): HTMLElement[] => names.flatMap((name) => this.#controls.get(name)?.row ?? []);
    this.#more = element(
      'details',
      { class: 'playground-more' },
      element('summary', {}, 'More settings'),
      element('div', { class: 'playground-fields' }, ...rows(SETTING_NAMES.filter((name) => !FIRST.includes(name)))),
      element(
        'p',
        {},
        button('Back to the defaults', {}, () => this.#reset(onReset)),
      ),
    );
    this.element = element(
      'form',
      { class: 'playground-form', 'aria-label': 'Settings of the training', novalidate: true },
      element('div', { class: 'playground-fields' }, ...rows(FIRST)),
      folder.element,
      this.#more,
    );
    this.element.addEventListener('submit', (event) => event.preventDefault());
    this.show(settings, { locked: false });
  }

  /** Puts settings into the form; while a training runs nothing can be changed. */
  show(settings: Settings, { locked }: { readonly locked: boolean }): void {
    const before = this.#settings;
    this.#settings = settings;
    for (const [name, { input, row, problem }] of this.#controls) {
      if (name === 'data') fillData(input as HTMLSelectElement, settings);
      const isWrong = problem.textContent !== '' && settings[name] === before[name]; // what a visitor is correcting stays
      if (!isWrong && input.value !== String(settings[name])) {
        input.value = String(settings[name]);
        this.#tell(name, null);
      }
      input.disabled = locked;
      row.hidden = isIdle(name, settings);
    }
    this.#folder.show({ hidden: settings.data !== 'images', locked });
  }

  /** What is wrong with what stands in the form, in one line; `null` where all is well. Moves the focus there. */
  firstProblem(): string | null {
    for (const [name, { input, row, problem }] of this.#controls) {
      if (row.hidden || problem.textContent === '') continue;
      if (!FIRST.includes(name)) this.#more.open = true;
      input.focus();
      return problem.textContent;
    }
    return null;
  }

  #control(name: SettingName): Control {
    const field = FIELDS[name];
    const id = `playground-set-${name}`;
    const hint = 'hint' in field ? field.hint : undefined;
    const problem = element('span', { id: `${id}-problem`, class: 'playground-problem' });
    const input =
      field.kind === 'choice'
        ? element('select', { id, name }, ...Object.entries(field.choices).map(([value, text]) => element('option', { value }, text)))
        : element('input', { id, name, type: 'text', inputmode: field.whole ? 'numeric' : 'decimal', autocomplete: 'off' });
    setAttributes(input, { 'aria-describedby': `${id}-problem${hint === undefined ? '' : ` ${id}-hint`}` });
    input.addEventListener('change', () => this.#read(name, input.value));
    const label = element('label', { for: id }, field.label);
    const row = element('div', { class: 'playground-field' }, label, input, problem);
    if (hint !== undefined) input.after(element('span', { id: `${id}-hint`, class: 'playground-hint' }, hint));
    return { input, row, problem };
  }

  #read(name: SettingName, text: string): void {
    const reading = readField(name, text, this.#settings);
    this.#tell(name, reading.ok ? null : `${reading.problem}.`);
    if (reading.ok) this.#onChange(changedSettings(this.#settings, name, reading.value as never));
  }

  #reset(onReset: () => void): void {
    for (const name of SETTING_NAMES) this.#tell(name, null);
    onReset();
  }

  #tell(name: SettingName, text: string | null): void {
    const control = this.#controls.get(name);
    if (control === undefined) return;
    setText(control.problem, text ?? '');
    setAttributes(control.input, { 'aria-invalid': text === null ? null : 'true' });
  }
}

/** What the form works with. */
export interface FormParts {
  readonly folder: FolderField;
  readonly onChange: (settings: Settings) => void;
  readonly onReset: () => void;
}

/** What there is to learn from depends on the model. */
function fillData(select: HTMLSelectElement, { model }: Settings): void {
  const allowed: readonly string[] = MODELS[model].data;
  if ([...select.options].map(({ value }) => value).join() === allowed.join()) return;
  select.replaceChildren(
    ...allowed.map((value) => element('option', { value }, FIELDS.data.choices[value as keyof typeof FIELDS.data.choices])),
  );
}

/** Settings that mean nothing beside the others. */
function isIdle(name: SettingName, { policy, lossScale }: Settings): boolean {
  return (name === 'compare' && policy === 'float32') || (name === 'scale' && lossScale === 'none');
}
