/** What an attribute may be: `true` sets it empty, `false` and `undefined` leave it out. */
export type AttributeValue = string | number | boolean | undefined;
export type Attributes = Readonly<Record<string, AttributeValue>>;

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

/**
 * Makes an HTML element.
 *
 * @param tag - its name
 * @param attributes - by their HTML names; no listener and no style text, which the site's content policy refuses
 * @param children - elements and texts in their order
 * @returns a new element outside of the page
 */
export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
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
  const made = document.createElementNS(SVG_NAMESPACE, tag) as SVGElement;
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/**
 * Sets attributes of an element that is there already.
 *
 * @param element - the element
 * @param attributes - `false` and `undefined` take an attribute away
 */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Writes a text where it differs, so that a live region says nothing twice. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

let made = 0;

/** An id that no other element of the page has. */
export function freshId(what: string): string {
  made += 1;
  return `ht-${what}-${made}`;
}
