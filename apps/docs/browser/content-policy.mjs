/** @import { Browser } from 'playwright-core' */
/** @import { Site } from './open-site.mjs' */
/** @import { ReadPage } from './page-walk.mjs' */

/** What a policy may allow, directive by directive; hashes and nonces are matched by kind. */
const strict = /** @type {const} */ ({
  'default-src': ["'none'"],
  'script-src': ["'self'", "'wasm-unsafe-eval'", 'hash'],
  'style-src': ["'self'", 'hash'],
  'style-src-elem': ["'self'", 'hash'],
  'style-src-attr': ["'unsafe-inline'", "'none'"],
  'connect-src': ["'self'"],
  'worker-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'", "'none'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'", "'self'"],
  'form-action': ["'none'", "'self'"],
  'frame-ancestors': ["'none'"],
  'frame-src': ["'none'"],
  'child-src': ["'self'", "'none'"],
  'manifest-src': ["'self'", "'none'"],
  'media-src': ["'self'", "'none'"],
  'upgrade-insecure-requests': [],
});
/** What `default-src` does not stand for, and itself. */
const needed = ['default-src', 'script-src', 'base-uri', 'form-action', 'frame-ancestors'];

/**
 * Whether the server sends the strict policy with every page.
 *
 * @param {readonly ReadPage[]} read
 * @returns {string} the policy of the start page
 * @throws {Error} with every page whose policy allows more
 */
export function expectStrictPolicy(read) {
  const faults = read.flatMap(({ page, policy }) => policyFaults(policy).map((fault) => `${page.path}: ${fault}`));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return read.find(({ page }) => page.path === '/')?.policy ?? '';
}

/**
 * @param {string} policy
 * @returns {string[]}
 */
function policyFaults(policy) {
  const directives = new Map(
    policy
      .split(';')
      .map((part) => part.trim().split(/\s+/))
      .filter(([name]) => name)
      .map(([name = '', ...sources]) => [name, sources]),
  );
  const missing = needed.filter((name) => !directives.has(name)).map((name) => `the policy has no ${name}`);
  const loose = [...directives].flatMap(([name, sources]) => {
    if (!Object.hasOwn(strict, name)) return [`the policy has ${name}, which nobody asked for`];
    /** @type {readonly string[]} */
    const allowed = strict[/** @type {keyof typeof strict} */ (name)];
    const kinds = sources.map((source) => (/^'sha\d+-/.test(source) ? 'hash' : source));
    return kinds.filter((kind) => !allowed.includes(kind)).map((kind) => `${name} allows ${kind}`);
  });
  return [...missing, ...loose];
}

/** What a stranger's words on a page would try, and the directive that refuses it. */
const attacks = /** @type {const} */ ([
  { what: 'an inline script', directive: 'script-src-elem' },
  { what: 'a script from elsewhere', directive: 'script-src-elem' },
  { what: 'an event handler in an attribute', directive: 'script-src-attr' },
  { what: 'words as code', directive: 'script-src' },
  { what: 'a fetch from elsewhere', directive: 'connect-src' },
  { what: 'a beacon to elsewhere', directive: 'connect-src' },
  { what: 'a picture from elsewhere', directive: 'img-src' },
  { what: 'a style element', directive: 'style-src-elem' },
  { what: 'a worker from a blob', directive: 'worker-src' },
  { what: 'a frame', directive: 'frame-src' },
]);

/**
 * Tries on an open page what the policy is there to refuse.
 *
 * @param {Browser} browser
 * @param {Site} site
 * @returns {Promise<string>} what was refused
 * @throws {Error} with every attack that came through, and every one that no violation event told of
 */
export async function expectPolicyBites(browser, site) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${site.origin}/`, { waitUntil: 'load' });
  const { refused, ran } = await page.evaluate(attackPage);
  await context.close();
  const silent = attacks
    .filter(({ directive }) => !refused.includes(directive))
    .map(({ what, directive }) => `${what}: no violation of ${directive}`);
  if (silent.length > 0 || ran.length > 0) throw new Error([...silent, ...ran.map((what) => `${what} ran`)].join('\n'));
  return attacks.map(({ what }) => what).join(', ');
}

/** Runs inside the page. @returns {Promise<{ refused: string[], ran: string[] }>} */
async function attackPage() {
  /** @type {string[]} */
  const refused = [];
  /** @type {string[]} */
  const ran = [];
  const elsewhere = 'https://elsewhere.invalid';
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.push(effectiveDirective));
  Object.assign(globalThis, { attackRan: (/** @type {string} */ what) => ran.push(what) });
  const add = (/** @type {string} */ tag, /** @type {Record<string, string>} */ fields) =>
    document.body.append(Object.assign(document.createElement(tag), fields));
  add('script', { textContent: "attackRan('an inline script')" });
  add('script', { src: `${elsewhere}/script.js` });
  const button = document.createElement('button');
  button.setAttribute('onclick', "attackRan('an event handler')");
  document.body.append(button);
  button.click();
  button.remove();
  await fetch(`${elsewhere}/data`).then(
    () => ran.push('a fetch from elsewhere'),
    () => undefined,
  );
  await new Promise((resolve) => setTimeout(resolve, 0)); // what a test's own words begin may become code, what follows may not
  try {
    Reflect.construct(Function, ["attackRan('words as code')"])();
  } catch {
    // the refusal is told by the event
  }
  navigator.sendBeacon(`${elsewhere}/beacon`, 'x');
  add('img', { src: `${elsewhere}/picture.png`, alt: '' });
  add('style', { textContent: 'body { --attack-ran: 1 }' });
  if (getComputedStyle(document.body).getPropertyValue('--attack-ran')) ran.push('a style element');
  try {
    const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
    worker.addEventListener('message', () => ran.push('a worker from a blob'));
  } catch {
    // the refusal is told by the event
  }
  add('iframe', { src: 'data:text/html,words' });
  const seen = new Set([
    'script-src-elem',
    'script-src-attr',
    'script-src',
    'connect-src',
    'img-src',
    'style-src-elem',
    'worker-src',
    'frame-src',
  ]);
  const end = performance.now() + 5000;
  while (performance.now() < end && [...seen].some((directive) => !refused.includes(directive)))
    await new Promise((resolve) => setTimeout(resolve, 20));
  return { refused, ran };
}
