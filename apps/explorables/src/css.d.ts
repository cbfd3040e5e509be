/** Styles are brought by the bundler of the page; to TypeScript they are nothing. */
declare module '*.css';
