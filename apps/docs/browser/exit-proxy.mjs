import { createServer } from 'node:http';
import { addressOf } from './server-address.mjs';

/** What Chromium asks of its maker on its own account, whatever page is open. */
const browserOwn =
  /^(accounts|android\.clients|clients\d|www|update|optimizationguide-pa|safebrowsing|content-autofill|redirector)\.(google|googleapis|gvt1)\.com$/;

/** The only way out of a browser that knows no other: it lets nothing through and keeps what wanted to leave. */
export class ExitProxy {
  /** @type {string[]} */
  #asked = [];
  #server = createServer((request, response) => {
    this.#asked.push(new URL(request.url ?? '', 'http://unknown').hostname);
    response.writeHead(403);
    response.end();
  }).on('connect', (request, socket) => {
    this.#asked.push((request.url ?? '').replace(/:\d+$/, ''));
    socket.on('error', () => socket.destroy()); // the browser may hang up first
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });

  /** @returns {Promise<string>} its address */
  async open() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return addressOf(this.#server);
  }

  /** Hosts that something other than the browser itself wanted to reach. */
  get foreign() {
    return this.#asked.filter((host) => !browserOwn.test(host));
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
