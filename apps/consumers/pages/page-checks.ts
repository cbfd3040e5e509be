/** One checked fact of a page. */
export interface Fact {
  readonly what: string;
  readonly actual: string;
  readonly good: boolean;
  /** What kept it from being checked. */
  readonly skipped?: string;
}

/** Collects what a page finds out, so that one report holds all of it, right or wrong. */
export class PageChecks {
  readonly facts: Fact[] = [];

  same = (what: string, actual: unknown, expected: unknown): void => {
    const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
    this.facts.push({ what, actual: got === wanted ? got : `${got}, expected ${wanted}`, good: got === wanted });
  };

  holds = (what: string, good: boolean, actual: string): void => {
    this.facts.push({ what, actual, good });
  };

  skip = (what: string, why: string): void => {
    this.facts.push({ what, actual: `not checked: ${why}`, good: true, skipped: why });
  };

  note = (what: string, actual: string): void => {
    this.facts.push({ what, actual, good: true });
  };
}
