/** A method as an override sees it: `this` is bound already. */
export type Method = (...args: readonly unknown[]) => unknown;

/** What a method of ours stands in front of, and whether it was taken off while another one stood in front of it. */
interface Override {
  readonly before: PropertyDescriptor | undefined;
  gone: boolean;
}

const overrides = /* @__PURE__ */ new WeakMap<object, Override>();

/**
 * Puts a method of one object in front of the one of its class.
 *
 * @returns a function that takes it away again, in whatever order several are taken; where somebody else has put a method over
 * ours, ours only steps aside
 */
export function overrideMethod(target: object, name: string, wrap: (original: Method) => Method): () => void {
  const override: Override = { before: Object.getOwnPropertyDescriptor(target, name), gone: false };
  const method = Reflect.get(target, name) as Method;
  const original: Method = (...args) => Reflect.apply(method, target, args);
  let current = wrap(original);
  const replacement: Method = (...args) => current(...args);
  overrides.set(replacement, override);
  Object.defineProperty(target, name, { value: replacement, configurable: true, writable: true, enumerable: false });
  return () => {
    current = original;
    override.gone = true;
    peel(target, name);
  };
}

/** Takes off what is gone, from the front. */
function peel(target: object, name: string): void {
  for (;;) {
    const front: unknown = Object.getOwnPropertyDescriptor(target, name)?.value;
    const override = typeof front === 'function' ? overrides.get(front) : undefined;
    if (override?.gone !== true) return;
    if (override.before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, override.before);
  }
}
