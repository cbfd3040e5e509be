import { formatBytes } from '../charts/measures.ts';
import type { MadeFile } from '../protocol.ts';
import { element } from '@halftone/page/elements';

/** Links to files that were made in this page. Their memory is held until `release()`. */
export class Downloads {
  readonly element: HTMLElement = element('p', { class: 'playground-links', 'data-downloads': '' });
  #urls: string[] = [];
  #shown: readonly MadeFile[] | null = null;

  /** Shows links to files, once; `note` is said after them. */
  show(files: readonly MadeFile[], note: string): void {
    if (files === this.#shown) return;
    this.release();
    this.#shown = files;
    const links = files.flatMap(({ name, bytes }, i) => {
      const url = URL.createObjectURL(new Blob([bytes]));
      this.#urls.push(url);
      return [...(i === 0 ? [] : [' and ']), element('a', { href: url, download: name }, `${name} (${formatBytes(bytes.length)})`)];
    });
    this.element.replaceChildren('Save ', ...links, `. ${note}`);
  }

  release(): void {
    for (const url of this.#urls) URL.revokeObjectURL(url);
    this.#urls = [];
    this.#shown = null;
    this.element.replaceChildren();
  }
}
