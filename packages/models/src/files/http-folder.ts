import { message, ModelFileError } from '../bytes/model-file-error.ts';
import type { ModelFolder } from './model-folder.ts';

/** Whether a source is fetched: `http`, `https`, or a path that is relative to the page. */
export function isHttp(source: string): boolean {
  return /^https?:/i.test(source) || !/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(source);
}

/** The folder of a `model.json` on a server. Paths were checked; the search part of the URL goes to every file, as in tfjs. */
export function httpFolder(source: string, get: (url: string) => Promise<Response>): ModelFolder {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  if (page === undefined && !/^https?:/i.test(source)) {
    throw new RangeError(
      message('a source outside a page must be a whole URL', source, 'Pass { read(path) } to load from a folder of this machine.'),
    );
  }
  const base = new URL(source, page);
  return {
    async read(path) {
      const url = path === 'model.json' ? base : new URL(path.split('/').map(encodeURIComponent).join('/'), base);
      url.search = base.search;
      const response = await get(url.href);
      if (!response.ok || response.body === null) {
        throw new ModelFileError(
          `${url.pathname} must be there`,
          `HTTP status ${response.status}`,
          'Check the URL and that the shards lie beside model.json.',
        );
      }
      return response.body;
    },
  };
}
