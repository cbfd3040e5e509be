const boxes = document.querySelectorAll<HTMLElement>('.wide-table');

/** A box that scrolls is a stop of the Tab key, so that arrow keys can scroll it; one that does not is none. */
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth;
    const states = { tabindex: '0', role: 'group', 'aria-label': 'Table, scrolls sideways' };
    for (const [name, value] of Object.entries(states)) {
      if (scrolls) target.setAttribute(name, value);
      else target.removeAttribute(name);
    }
  }
});
for (const box of boxes) watch.observe(box);
