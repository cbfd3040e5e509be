import { decodeImage } from '../images/decode-image.ts';
import { readImages } from '../images/read-images.ts';
import type { ImageClasses } from '../protocol.ts';
import { element, setAttributes, setText } from '@halftone/page/elements';

/** Where a visitor chooses a folder of images. */
export class FolderField {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #status: HTMLElement;
  #images: ImageClasses | null = null;
  /** Counts choices: of two that are read at once the later one holds. */
  #turn = 0;

  constructor() {
    const id = 'playground-folder';
    this.#input = element('input', {
      id,
      type: 'file',
      webkitdirectory: true,
      multiple: true,
      'aria-describedby': `${id}-about ${id}-status`,
    });
    this.#status = element('p', { id: `${id}-status`, class: 'playground-folder-status', role: 'status', 'data-folder': 'empty' });
    this.element = element(
      'div',
      { class: 'playground-folder' },
      element('label', { for: id }, 'Folder of images'),
      element(
        'p',
        { id: `${id}-about`, class: 'playground-hint' },
        'With a folder for each class inside, for example cat and dog. The images are read in this browser and never leave it.',
      ),
      this.#input,
      this.#status,
    );
    this.#input.addEventListener('change', () => void this.#read([...(this.#input.files ?? [])]));
  }

  /** The images of the folder that was chosen last; `null` before. */
  get images(): ImageClasses | null {
    return this.#images;
  }

  show({ hidden, locked }: { readonly hidden: boolean; readonly locked: boolean }): void {
    this.element.hidden = hidden;
    this.#input.disabled = locked;
  }

  async #read(files: readonly File[]): Promise<void> {
    const turn = ++this.#turn;
    this.#images = null;
    if (files.length === 0) return this.#tell('empty', '');
    this.#tell('reading', 'Reading the images.');
    try {
      const { images, note } = await readImages(files, decodeImage);
      if (turn !== this.#turn) return;
      this.#images = images;
      const count = `${images.labels.length} images of ${images.classes.length} classes: ${images.classes.join(', ')}.`;
      this.#tell('ready', note === null ? count : `${count} ${note}`);
    } catch (error) {
      if (turn === this.#turn) this.#tell('wrong', error instanceof Error ? error.message : String(error));
    }
  }

  #tell(state: 'empty' | 'reading' | 'ready' | 'wrong', text: string): void {
    setAttributes(this.#status, { 'data-folder': state });
    setText(this.#status, text);
  }
}
