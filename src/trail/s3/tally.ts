/** Counts what a source did while it reads: its facts, its progress, its gaps by reason. */
import type { Batch, CoverageCell, GapReason, ObjectGap, Progress, SourceFacts } from '../source.ts';

/** One thing done: an object read or reused, a listing that failed, a file that is no log. */
export type Done =
  | {
      readonly kind: 'batch';
      readonly batch: Batch;
      readonly listed: boolean;
      readonly reused: boolean;
      /** Why what was read is no evidence. */
      readonly withheld?: ObjectGap;
    }
  | { readonly kind: 'ignored'; readonly what: string };

export class Tally {
  #listed = 0;
  #read = 0;
  #reused = 0;
  #bytes = 0;
  #records = 0;
  #bytesDone = 0;
  /** Objects and bytes the listing has found so far. */
  #expected = { objects: 0, bytes: 0, all: false };
  readonly #ignored = new Map<string, number>();
  readonly #gaps = new Map<GapReason, number>();
  readonly #cells = new Map<string, CoverageCell>();
  /** What digests say was delivered. */
  delivered: readonly CoverageCell[] | undefined;
  /** Detail of the last gap. */
  lastDetail = '';

  /** Objects whose content was used, from the bucket or from the store. */
  get read(): number {
    return this.#read;
  }

  get reused(): number {
    return this.#reused;
  }

  gaps(reason: GapReason): number {
    return this.#gaps.get(reason) ?? 0;
  }

  ignore(kind: string, count: number): void {
    this.#ignored.set(kind, (this.#ignored.get(kind) ?? 0) + count);
  }

  /** The listing has found an object. */
  expect(bytes: number): void {
    this.#expected.objects += 1;
    this.#expected.bytes += bytes;
  }

  /** The listing is complete: from now on progress has totals. */
  expectNoMore(): void {
    this.#expected.all = true;
  }

  /** The batch to hand on, where there is one. */
  add(done: Done): Batch | undefined {
    if (done.kind === 'ignored') {
      this.ignore(done.what, 1);
      return undefined;
    }
    const { batch, listed, reused } = done;
    const { gap, object } = batch;
    if (listed) {
      this.#listed += 1;
      this.#bytesDone += object?.bytes ?? 0;
    }
    if (reused) this.#reused += 1;
    this.#records += batch.records;
    if (gap) {
      this.#gaps.set(gap.reason, this.gaps(gap.reason) + 1);
      this.lastDetail = gap.detail;
    }
    if (object && (!gap || gap.partial)) {
      this.#read += 1;
      this.#bytes += object.bytes;
      this.#cell(object.accountId ?? '', object.region ?? '', object.day ?? '');
    }
    return batch;
  }

  progress(): Progress {
    const { objects, bytes, all } = this.#expected;
    return {
      objectsDone: this.#listed,
      bytesDone: this.#bytesDone,
      records: this.#records,
      ...(all && { objectsTotal: objects, bytesTotal: bytes }),
    };
  }

  facts(kind: SourceFacts['kind'], location: string): SourceFacts {
    const keys = [...this.#cells.keys()].sort();
    return {
      kind,
      location,
      objectsListed: this.#listed,
      objectsRead: this.#read,
      bytesRead: this.#bytes,
      ignored: [...this.#ignored].sort(([a], [b]) => (a < b ? -1 : 1)),
      cells: keys.map((key) => this.#cells.get(key)!),
      ...(this.delivered && { delivered: this.delivered }),
    };
  }

  #cell(accountId: string, region: string, day: string): void {
    const key = `${accountId} ${region} ${day}`;
    const objects = (this.#cells.get(key)?.objects ?? 0) + 1;
    this.#cells.set(key, { accountId, region, day, objects });
  }
}
