/** A page that was found; `excerpt` is HTML in which only `<mark>` stands. */
export interface FoundPage {
  readonly url: string;
  readonly excerpt: string;
  readonly meta: { readonly title?: string };
  readonly sub_results: readonly { readonly title: string; readonly url: string; readonly excerpt: string }[];
}

/** What we use of the index that Pagefind writes beside the pages. */
export interface Pagefind {
  /** @returns nothing if another search followed within the wait */
  debouncedSearch(
    words: string,
    options: object,
    waitMs: number,
  ): Promise<{ readonly results: readonly { data(): Promise<FoundPage> }[] } | null>;
}
