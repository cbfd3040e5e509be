/** Addresses of the page's own server stand for files, so they stay what they are. */
export const fileURLToPath = (url: string | URL): string => String(url);
