import { pressOn, skipToText, tabTo, typeInto } from './keyboard.mjs';

/** @import { Locator, Page } from 'playwright-core' */

/** A training is compiled and run on a CPU; on a busy machine that takes its time. */
const patience = 240_000;

/** A step of a run, as the report has it. @typedef {{ readonly step: number, readonly loss: number | null, readonly peakBytes: number, readonly heldBytes: number }} ReportStep */
/** The report, as far as it is read here. @typedef {{ readonly format: string, readonly settings: unknown, readonly phase: string, readonly resumedAt: number | null, readonly device: { readonly kind: string, readonly codec: string }, readonly summaries: readonly { readonly policy: string, readonly peakBytes: number, readonly heldBytes: number }[], readonly runs: readonly { readonly policy: string, readonly records: readonly ReportStep[] }[] }} PlayReport */

/** The playground of an open page, used by keyboard alone. */
export class PlaygroundUse {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.place = page.locator('[data-island="playground"]');
  }

  /** Waits until it is there and goes to it. */
  async begin() {
    await this.until('idle');
    await skipToText(this.page);
  }

  /** @param {string} name - of a button, as it stands there now */
  async press(name) {
    await pressOn(this.page, this.button(name));
  }

  /**
   * @param {string} name
   * @returns {Locator}
   */
  button(name) {
    return this.place.getByRole('button', { name, exact: true });
  }

  /** @param {Readonly<Record<string, string>>} values - by the label of the field, in the order of the form; those that are folded away */
  async setMore(values) {
    const more = this.place.locator('.playground-more');
    if ((await more.getAttribute('open')) === null) await pressOn(this.page, more.locator('summary'));
    for (const [label, text] of Object.entries(values)) await typeInto(this.page, this.place.getByLabel(label, { exact: true }), text);
  }

  /**
   * Waits for a state of the training.
   *
   * @param {string} state
   * @throws {Error} with what the page says where it has failed instead
   */
  async until(state) {
    const ends = [state, 'done', 'failed'].map((one) => `[data-state="${one}"]`);
    await this.page.locator(`[data-island="playground"]:is(${ends.join()})`).waitFor({ timeout: patience });
    const reached = await this.state();
    if (reached !== state) throw new Error(`${reached}, not ${state}: ${await this.place.locator('[data-error]').innerText()}`);
  }

  /** @param {number} step - to be reached */
  async untilStep(step) {
    await this.page.waitForFunction(
      (least) => {
        const { state, step } = /** @type {HTMLElement} */ (document.querySelector('[data-island="playground"]')).dataset;
        return Number(step) >= least || state === 'failed' || state === 'lost';
      },
      step,
      { timeout: patience },
    );
    const state = (await this.state()) ?? '';
    if (['failed', 'lost'].includes(state)) throw new Error(`${state}: ${await this.place.locator('[data-error]').innerText()}`);
  }

  async state() {
    return this.place.getAttribute('data-state');
  }

  async step() {
    return Number(await this.place.getAttribute('data-step'));
  }

  /** @returns {Promise<PlayReport>} the report that the page shows */
  async report() {
    return JSON.parse((await this.place.locator('[data-report]').textContent()) ?? '');
  }

  /** The pixels of all charts, as text. */
  async pixels() {
    return this.place.evaluate((place) => [...place.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()).join());
  }

  /** Destroys the device, by the page's own button. */
  async loseDevice() {
    const experiments = this.place.locator('.playground-experiments');
    if ((await experiments.getAttribute('open')) === null) await pressOn(this.page, experiments.locator('summary'));
    await tabTo(this.page, this.button('Simulate a lost device'));
    await this.page.keyboard.press('Enter');
  }
}
