import { parseHTML } from 'linkedom';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { mount as mountDevice } from '../../src/device/index.ts';
import { mount as mountFormats } from '../../src/formats/index.ts';
import { mount as mountLossScale } from '../../src/loss-scale/index.ts';

let place: HTMLElement;

beforeEach(() => {
  const page = parseHTML('<!doctype html><html><body><div data-island="x"><p>for readers without JavaScript</p></div></body></html>');
  vi.stubGlobal('document', page.document);
  place = page.document.querySelector('div') as unknown as HTMLElement;
});
afterEach(() => vi.unstubAllGlobals());

const all = (selector: string): HTMLElement[] => [...place.querySelectorAll<HTMLElement>(selector)];
const textOf = (selector: string): string => all(selector)[0]?.textContent ?? '';
const button = (text: string): HTMLElement =>
  all('button').find((one) => one.textContent?.includes(text)) ?? expect.fail(`no button "${text}"`);

function send(element: Element | undefined, type: string, detail: object = {}): void {
  const { Event } = document.defaultView as unknown as { Event: typeof globalThis.Event };
  element?.dispatchEvent(Object.assign(new Event(type, { bubbles: true, cancelable: true }), detail));
}

/** Every control has a name that a screen reader can say, and every id stands once. */
function expectNamed(): void {
  const ids = all('[id]').map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const control of all('input:not([type=radio]), select, textarea'))
    expect(all(`label[for="${control.id}"]`), control.outerHTML).toHaveLength(1);
  for (const control of all('button')) expect(control.getAttribute('aria-label') ?? control.textContent, control.outerHTML).not.toBe('');
  for (const chart of all('.ht-chart')) expect(chart.getAttribute('aria-hidden')).toBe('true');
  for (const named of all('[aria-labelledby]')) expect(ids).toContain(named.getAttribute('aria-labelledby'));
  expect(all('[style], style, script')).toEqual([]);
}

describe('the formats', () => {
  beforeEach(() => mountFormats(place));

  function type(text: string): void {
    const input = all('input')[0] as HTMLInputElement;
    input.value = text;
    send(input, 'input');
  }

  test('take the place of the text, with a chart, a table and a summary', () => {
    expect(place.textContent).not.toContain('for readers without JavaScript');
    expect(all('.ht-format')).toHaveLength(5);
    expect(all('.ht-chart rect').length).toBeGreaterThan(5);
    expect(all('tbody tr')).toHaveLength(5);
    expect(textOf('.ht-summary')).toMatch(/^0\.1: rounded in/);
    expectNamed();
  });

  test('follow what is typed, and say what cannot be read without losing the last number', () => {
    type('65520');
    expect(textOf('.ht-summary')).toMatch(/too large for float16/);
    type('65520x');
    expect(textOf('.ht-problem')).toMatch(/is no number/);
    expect(all('input')[0]?.getAttribute('aria-invalid')).toBe('true');
    expect(textOf('.ht-summary')).toMatch(/^65520/);
  });

  test('turn a bit over, and the number is what the bits say', () => {
    type('1');
    const [sign] = all('.ht-format:nth-of-type(1) .ht-bit');
    const half = all('.ht-format').find((card) => card.textContent?.startsWith('float16'));
    send(half?.querySelector('.ht-bit') ?? sign, 'click');
    expect((all('input')[0] as HTMLInputElement).value).toBe('-1');
    expect(half?.querySelector('.ht-bit')?.getAttribute('aria-label')).toBe('sign: 1');
  });

  test('keep the payload of a NaN that is made bit by bit', () => {
    type('inf');
    const half = all('.ht-format').find((card) => card.textContent?.startsWith('float16'));
    send([...(half?.querySelectorAll('.ht-bit') ?? [])].at(-1), 'click');
    expect(half?.querySelector<HTMLInputElement>('.ht-hex')?.value).toBe('7c01');
    expect(textOf('.ht-summary')).toMatch(/^NaN/);
  });

  test('step to the neighbours and stop at the end of the line', () => {
    type('65504');
    const half = all('.ht-format').find((card) => card.textContent?.startsWith('float16'));
    const up = half?.querySelectorAll('.ht-steps button')[1];
    expect(up?.textContent).toMatch(/infinity$/);
    send(up, 'click');
    expect(half?.querySelector('.ht-stored')?.textContent).toBe('infinity');
    expect(up?.getAttribute('aria-disabled')).toBe('true');
    send(up, 'click');
    expect(half?.querySelector('.ht-stored')?.textContent).toBe('infinity');
  });

  test('are one stop of the Tab key for each row of bits, and arrows move it', () => {
    const bits = all('.ht-bit-row')[1];
    const stops = (): number[] =>
      [...(bits?.querySelectorAll<HTMLElement>('.ht-bit') ?? [])].flatMap((bit, i) => (bit.getAttribute('tabindex') === '0' ? [i] : []));
    expect(stops()).toEqual([0]);
    send(bits?.querySelector('.ht-bit') ?? undefined, 'keydown', { key: 'ArrowRight' });
    expect(stops()).toEqual([1]);
    send(bits?.querySelectorAll('.ht-bit')[1], 'keydown', { key: 'End' });
    expect(stops()).toEqual([15]);
  });

  test('take the bits of a format as hexadecimal digits', () => {
    const hex = all('.ht-hex')[1] as HTMLInputElement;
    hex.value = '3c0';
    send(hex, 'input');
    expect(hex.getAttribute('aria-invalid')).toBe('true');
    hex.value = '3c00';
    send(hex, 'input');
    expect(hex.getAttribute('aria-invalid')).toBeNull();
    expect((all('input')[0] as HTMLInputElement).value).toBe('1');
  });
});

describe('the loss scale', () => {
  beforeEach(() => mountLossScale(place));

  test('takes the place of the text, with two charts, tables and summaries', () => {
    expect(all('.ht-chart')).toHaveLength(2);
    expect(all('table')).toHaveLength(2);
    expect(all('.ht-summary').map((one) => one.textContent)).toEqual([
      expect.stringMatching(/^Loss times 2⁰ = 1/),
      expect.stringMatching(/^480 steps: 474 applied, 6 skipped/),
    ]);
    expectNamed();
  });

  test('slides the bars and tells the new shares', () => {
    send(button('2¹⁶'), 'click');
    expect(textOf('.ht-summary')).toMatch(/^Loss times 2¹⁶ = 65,536/);
    expect(all('.ht-bars')[0]?.getAttribute('transform')).not.toBe('translate(0 0)');
    expect(all('input[type=range]')[0]?.getAttribute('aria-valuetext')).toBe('2¹⁶ = 65,536');
    expect(all('.ht-bar-zero').length).toBeLessThan(15);
  });

  test('finds the scale at which nothing overflows', () => {
    send(button('as far as nothing overflows'), 'click');
    expect(textOf('.ht-tile-overflow dd')).toBe('0 %');
    expect(textOf('.ht-summary')).toMatch(/^Loss times 2²/);
  });

  test('skips a step where an overflow is injected, and takes it back', () => {
    send(button('Inject'), 'click');
    expect(all('.ht-injected')).toHaveLength(1);
    expect(all('.ht-summary')[1]?.textContent).toMatch(/240/);
    send(button('Inject'), 'click'); // twice at one step is once
    expect(all('.ht-injected')).toHaveLength(1);
    send(button('Take them away'), 'click');
    expect(all('.ht-injected')).toHaveLength(0);
  });
});

describe('the device check', () => {
  const surroundings = {
    gpu: undefined,
    isSecureContext: true,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    touchPoints: 0,
  };

  test('says that there is no WebGPU, what happens instead, and what to try; there is nothing to probe', async () => {
    await mountDevice(place, surroundings);
    expect(textOf('.ht-headline')).toMatch(/no WebGPU/);
    expect(place.textContent).toMatch(/emulated/);
    expect(place.textContent).toMatch(/dom\.webgpu\.enabled/);
    expect(all('button').map((one) => one.textContent)).toEqual(['Copy as JSON']);
    expectNamed();
  });

  test('has a report that is JSON, and selects it where the clipboard is not to be had', async () => {
    await mountDevice(place, surroundings);
    const area = all('textarea')[0] as HTMLTextAreaElement;
    const selected = vi.fn();
    Object.assign(area, { select: selected, focus: () => undefined });
    expect(JSON.parse(area.value)).toMatchObject({ state: 'missing', path: 'emulated', probe: null });
    send(button('Copy'), 'click');
    await vi.waitFor(() => expect(place.textContent).toMatch(/Ctrl\+C/));
    expect(selected).toHaveBeenCalledOnce();
  });
});
