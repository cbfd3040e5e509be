/** What an attribute may be: `true` sets it empty; `false`, `null` and `undefined` leave it out. */
export type AttributeValue = string | number | boolean | null | undefined;
export type Attributes = Readonly<Record<string, AttributeValue>>;

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

/**
 * Makes an HTML element.
 *
 * @param tag - its name
 * @param attributes - by their HTML names; no listener and no style text, which the site's content policy refuses
 * @param children - elements and texts in their order; texts are texts, never HTML
 * @returns a new element outside of the page
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * Makes an SVG element.
 *
 * @param tag - its name
 * @param attributes - by their SVG names
 * @param children - elements and texts in their order
 * @returns a new element outside of the page
 */
export function svg(tag: string, attributes: Attributes = {}, ...children: readonly (Node | string)[]): SVGElement {
  return filled(document.createElementNS(SVG_NAMESPACE, tag) as SVGElement, attributes, children);
}

/**
 * Makes a push button.
 *
 * @param text - its name
 * @param attributes - more than its type
 * @param onPress - called by mouse, touch and keyboard
 */
export function button(text: string, attributes: Attributes, onPress: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', onPress);
  return made;
}

/**
 * Sets attributes of an element that is there already.
 *
 * @param target - the element
 * @param attributes - `false`, `null` and `undefined` take an attribute away
 */
export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Writes a text where it differs, so that a live region says nothing twice and a selection is left alone. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

let made = 0;

/** An id that no other element of the page has. */
export function freshId(what: string): string {
  made += 1;
  return `ht-${what}-${made}`;
}

function filled<E extends Element>(target: E, attributes: Attributes, children: readonly (Node | string)[]): E {
  setAttributes(target, attributes);
  target.append(...children);
  return target;
}
