/** One object's bytes to one batch: inflate, find the records, parse and decode those that can matter. Never throws. */
import type { TrailEvent } from '../../events/event.ts';
import type { Rejection } from '../../events/rejection.ts';
import { type Batch, isWanted, type ObjectRef, type PrincipalFilter } from '../source.ts';
import { type AggregateOptions, type Aggregator, createAggregator } from './aggregate.ts';
import { createCandidateReader } from './candidates.ts';
import { createGroupReader, randomSeed } from './group-reader.ts';
import { type InflateDamage, type InflateLimits, LIMITS } from './inflate.ts';
import { loadKernel } from './kernel.ts';
import { createLink } from './link.ts';
import type { Read } from './pieces.ts';
import { parseRecord } from './record.ts';
import type { Damage } from './split.ts';

export interface ScanOptions {
  /** Undefined: every record becomes an event. Else only records of these principals do; the others are counted. */
  readonly principals?: readonly PrincipalFilter[];
}
export interface ScannerOptions extends ScanOptions {
  /** Null: the plain walk. Undefined: the built kernel where there is one. */
  readonly kernel?: WebAssembly.Module | null;
  readonly limits?: InflateLimits;
  /** Without principals: alike records become one event with a count, handed over by `drain`. */
  readonly aggregate?: AggregateOptions;
}
export interface Scanner {
  /**
   * Reads one object of a trail: gzip (told by its magic) or plain; `{"Records":[...]}`, an array, one record, or
   * NDJSON. A record that does not decode is a rejection; an object that does not read is a gap, with the records
   * before the damage kept and `partial` set.
   */
  scan(bytes: Uint8Array, object: ObjectRef): Batch;
  /** True when an aggregating scanner holds as much as it may: drain it before the next object. */
  full(): boolean;
  /** What an aggregating scanner still holds, in batches without records of their own. */
  drain(): Iterable<Batch>;
}

/** A scanner for many objects; owns a kernel's memory, so one a thread. */
export function createScanner(options: ScannerOptions = {}): Scanner {
  const { principals, limits = LIMITS, aggregate } = options;
  const module = options.kernel === undefined ? builtKernel() : options.kernel;
  if (aggregate && module && !principals) return createGroupingScanner(module, limits, aggregate);
  const reader = createCandidateReader(principals, module, limits);
  return {
    scan: (bytes, object) => {
      const texts: string[] = [];
      const read = reader.read(bytes, (piece, start, end) => texts.push(piece.toString('utf8', start, end)));
      return batchOf(object, read.records, texts, principals, withUse(read));
    },
    full: () => false,
    *drain() {},
  };
}

function createGroupingScanner(
  module: WebAssembly.Module,
  limits: InflateLimits,
  { resolve, reads, cuts = [] }: AggregateOptions,
): Scanner {
  const reader = createGroupReader({ module, seed: randomSeed(), limits, resolve, reads, cuts });
  const groups = createAggregator(reader.hash);
  const link = createLink(groups);
  return {
    scan: (bytes, object) => {
      const taken = { events: [], rejections: [], skippedOtherPrincipal: 0 };
      link.into(taken);
      const { records, damage } = reader.read(bytes, link);
      return groupedBatch(object, records, taken, damage);
    },
    full: groups.full,
    *drain() {
      reader.clear();
      link.clear();
      yield* drained(groups);
    },
  };
}

/** What an aggregator holds, as batches that belong to no object. */
export function* drained(groups: Aggregator): Generator<Batch> {
  for (const one of groups.drain()) yield { ...NOTHING, ...one };
}

/** As `drained`, of what it has counted so far. */
export function* counted(groups: Aggregator): Generator<Batch> {
  for (const one of groups.counted()) yield { ...NOTHING, ...one };
}

/**
 * The batch of an object whose records were grouped. What was counted cannot be taken back where the checksum of a
 * document too large to hold fails at its end: the gap tells.
 */
export function groupedBatch(
  object: ObjectRef,
  records: number,
  taken: Omit<Batch, 'object' | 'records'>,
  damage: Damage | undefined,
): Batch {
  const batch = { object, records, ...taken };
  return damage ? { ...batch, gap: gapOf(object, damage, records > 0) } : batch;
}

const withUse = ({ damage, unusable }: Read): InflateDamage | undefined => damage && { ...damage, unusable };

/** The batch of one object whose candidates are `texts`: records that do not decode are counted, the others sorted. */
export function batchOf(
  object: ObjectRef,
  records: number,
  texts: readonly string[],
  principals: readonly PrincipalFilter[] | undefined,
  damage: InflateDamage | undefined,
): Batch {
  if (damage?.unusable) return { object, ...NOTHING, gap: gapOf(object, damage, false) };
  const events: TrailEvent[] = [];
  const rejections: Rejection[] = [];
  for (const text of texts) {
    const { decoded } = parseRecord(text);
    if (!decoded.ok) rejections.push(decoded.rejection);
    else if (!principals || isWanted(decoded.event.principal, principals)) events.push(decoded.event);
  }
  const skippedOtherPrincipal = records - events.length - rejections.length;
  const batch = { object, records, events, rejections, skippedOtherPrincipal };
  return damage ? { ...batch, gap: gapOf(object, damage, records > 0) } : batch;
}

/** As `createScanner` for callers that come one object at a time; scanners are kept by their list of principals. */
export function scanObject(bytes: Uint8Array, object: ObjectRef, options: ScanOptions = {}): Batch {
  const key = options.principals ?? EVERYONE;
  const known = scanners.get(key);
  if (known) return known.scan(bytes, object);
  const scanner = createScanner(options);
  scanners.set(key, scanner);
  return scanner.scan(bytes, object);
}

const EVERYONE: readonly PrincipalFilter[] = [];
const scanners = new WeakMap<readonly PrincipalFilter[], Scanner>();
let built: WebAssembly.Module | null | undefined;
const builtKernel = (): WebAssembly.Module | null => {
  if (built === undefined) built = loadKernel() ?? null;
  return built;
};

const NOTHING: Omit<Batch, 'object'> = { records: 0, events: [], rejections: [], skippedOtherPrincipal: 0 };
const gapOf = (object: ObjectRef, { reason, detail }: Damage, partial: boolean) => ({
  object,
  reason,
  detail,
  partial,
});
