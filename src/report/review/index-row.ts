/** A principal as the index page and its script know it; no imports, for the script is compiled for browsers. */

export interface IndexRow {
  readonly name: string;
  readonly kind: string;
  /** Relative address of the page; empty where there is none. */
  readonly href: string;
  readonly score: number;
  /** -1 without an account. */
  readonly before: number;
  readonly after: number;
  readonly used: number;
  readonly risk: string;
  readonly worst: string;
  readonly findings: number;
  readonly last: string;
  readonly note: string;
  /** Where several accounts are reviewed. */
  readonly account: string;
  /** Who used it. */
  readonly users: string;
}

/** Used, kept besides, and removed: widths of a bar of 100. */
export function barOf({
  before,
  after,
  used,
}: Pick<IndexRow, 'before' | 'after' | 'used'>): readonly number[] {
  const whole = Math.max(before, after, 1);
  const shown = Math.min(used, after);
  return [shown, after - shown, Math.max(0, before - after)].map(
    (part) => Math.round((10_000 * part) / whole) / 100,
  );
}
