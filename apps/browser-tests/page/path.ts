export const join = (...parts: readonly string[]): string => parts.join('/').replaceAll(/\/{2,}/g, '/');
export const dirname = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 1));
