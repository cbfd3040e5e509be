/** A method as an override sees it: `this` is bound already. */
export type Method = (...args: readonly unknown[]) => unknown;

/**
 * Puts a method of one object in front of the one of its class.
 *
 * @returns a function that takes it away again; where somebody has put another method over ours, ours only steps aside
 */
export function overrideMethod(target: object, name: string, wrap: (original: Method) => Method): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  const method = Reflect.get(target, name) as Method;
  const original: Method = (...args) => Reflect.apply(method, target, args);
  let current = wrap(original);
  const replacement: Method = (...args) => current(...args);
  Object.defineProperty(target, name, { value: replacement, configurable: true, writable: true, enumerable: false });
  return () => {
    current = original;
    if (Object.getOwnPropertyDescriptor(target, name)?.value !== replacement) return;
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}
