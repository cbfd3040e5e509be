/**
 * Draws now and whenever the width of an element changes, so that texts of a chart keep their size on a phone.
 *
 * @param element - what the chart fills
 * @param draw - is given the width in CSS pixels, at least 240
 */
export function drawAtWidth(element: HTMLElement, draw: (width: number) => void): void {
  let last = 0;
  const drawOnce = (): void => {
    const width = Math.max(240, Math.round(element.clientWidth || 640));
    if (width === last) return;
    last = width;
    draw(width);
  };
  drawOnce();
  if (typeof ResizeObserver === 'function') new ResizeObserver(drawOnce).observe(element);
}
