import { foundItems } from './found-items.ts';
import type { Pagefind } from './pagefind.ts';

/** Pages that are shown at most. */
const MOST_PAGES = 8;

/** Search over the texts, in this browser: the index is fetched from this site when someone opens the dialog. */
class SiteSearch extends HTMLElement {
  #index: Promise<Pagefind> | undefined;
  #latest = 0;

  connectedCallback(): void {
    this.#part('button.open').addEventListener('click', () => this.#open());
    this.#input.addEventListener('input', () => void this.#search());
    this.#dialog.addEventListener('click', ({ target }) => {
      if (target === this.#dialog) this.#dialog.close(); // beside the box
    });
    addEventListener('keydown', (event) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (this.#dialog.open) this.#dialog.close();
      else this.#open();
    });
  }

  #open(): void {
    this.#dialog.showModal();
    this.#input.focus();
    this.#index ??= import(/* @vite-ignore */ new URL('/pagefind/pagefind.js', location.href).href);
  }

  async #search(): Promise<void> {
    const mine = ++this.#latest;
    const words = this.#input.value.trim();
    try {
      const search = words === '' ? undefined : await (await this.#index)?.debouncedSearch(words, {}, 150);
      if (words !== '' && !search) return; // a later word is on its way
      const pages = await Promise.all((search?.results ?? []).slice(0, MOST_PAGES).map((result) => result.data()));
      if (mine !== this.#latest) return;
      this.#part('.found').replaceChildren(...foundItems(pages));
      this.#say(wordsFor(words, search?.results.length ?? 0));
    } catch (error) {
      console.error(error);
      this.#say('The search index could not be read. Reload the page; the list of pages works without it.');
    }
  }

  #say(text: string): void {
    this.#part('.state').textContent = text;
  }

  get #dialog(): HTMLDialogElement {
    return this.#part<HTMLDialogElement>('dialog');
  }

  get #input(): HTMLInputElement {
    return this.#part<HTMLInputElement>('input');
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    const part = this.querySelector<T>(selector);
    if (!part) throw new Error(`[docs] the search must hold ${selector}, got none. Compare Search.astro.`);
    return part;
  }
}

function wordsFor(words: string, count: number): string {
  if (words === '') return 'Type a word: an op, an option, a message.';
  if (count === 0) return `Nothing speaks of “${words}”.`;
  return `${count} ${count === 1 ? 'page speaks' : 'pages speak'} of “${words}”${count > MOST_PAGES ? `, the first ${MOST_PAGES}` : ''}.`;
}

customElements.define('site-search', SiteSearch);
