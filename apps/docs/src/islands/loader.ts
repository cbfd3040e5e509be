import { islands } from './islands.ts';

for (const element of document.querySelectorAll<HTMLElement>('[data-island]')) void mount(element);

/** Replaces what a reader without scripts sees by the interactive part; where that fails, the text stays and one line says so. */
async function mount(element: HTMLElement): Promise<void> {
  try {
    const load = islands[element.dataset['island'] ?? ''];
    if (!load)
      throw new Error(`[docs] no island is called so, got "${element.dataset['island']}". Name one of ${Object.keys(islands).join(', ')}.`);
    const island = await load();
    await island.mount(element);
  } catch (error) {
    console.error(error);
    const line = document.createElement('p');
    line.className = 'island-fault';
    line.setAttribute('role', 'alert');
    line.textContent = 'This interactive part could not start. Reload the page; the text stays readable without it.';
    element.append(line);
  }
}
