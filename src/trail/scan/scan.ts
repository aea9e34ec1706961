/** One object's bytes to one batch: inflate, find the records, parse and decode those that can matter. Never throws. */
import { randomBytes } from 'node:crypto';
import type { TrailEvent } from '../../events/event.ts';
import type { Rejection } from '../../events/rejection.ts';
import { type Batch, isWanted, type ObjectRef, type PrincipalFilter } from '../source.ts';
import { type AggregateOptions, createAggregator } from './aggregate.ts';
import { type InflateLimits, inflate, LIMITS } from './inflate.ts';
import { kernelWalk, loadKernel, rowReader } from './kernel.ts';
import { namesOf, nominator } from './nominate.ts';
import { eachPiece } from './pieces.ts';
import { parseRecord } from './record.ts';
import { type Damage, type Found, Splitter, walkElements } from './split.ts';

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
export function createScanner({
  principals,
  kernel,
  limits = LIMITS,
  aggregate,
}: ScannerOptions = {}): Scanner {
  const module = kernel === undefined ? builtKernel() : kernel;
  const names = namesOf(principals);
  const walk = module ? kernelWalk(module, names) : walkElements;
  const nominate = names ? nominator(names) : undefined;
  const groups =
    aggregate && module && !principals
      ? createAggregator(rowReader(module, randomSeed()), aggregate)
      : undefined;

  const takeAll = (piece: Buffer, found: Found, into: Taken): void => {
    into.records += found.records;
    if (groups) groups.add(piece, found.spans, into);
    else take(piece, found, into);
  };
  const take = (piece: Buffer, found: Found, into: Taken): void => {
    let decoded = 0;
    for (let index = 0; index < found.spans.length; index += 2) {
      const [start, end] = [found.spans[index]!, found.spans[index + 1]!];
      if (nominate && !nominate(piece.toString('latin1', start, end))) continue;
      const one = parseRecord(piece.toString('utf8', start, end)).decoded;
      if (!one.ok) into.rejections.push(one.rejection);
      else if (principals && !isWanted(one.event.principal, principals)) continue;
      else into.events.push(one.event);
      decoded++;
    }
    into.skippedOtherPrincipal += found.records - decoded;
  };

  return {
    scan: (bytes, object) => {
      const splitter = new Splitter(walk);
      const taken: Taken = { records: 0, events: [], rejections: [], skippedOtherPrincipal: 0 };
      const { damage, unusable } = eachPiece(
        splitter,
        (sink) => inflate(bytes, sink, limits),
        limits,
        (piece, found) => takeAll(piece, found, taken),
      );
      const batch = unusable && !groups ? NOTHING : taken;
      return damage
        ? { object, ...batch, gap: gapOf(object, damage, batch.records > 0) }
        : { object, ...batch };
    },
    full: () => groups?.full() ?? false,
    *drain() {
      if (groups) for (const drained of groups.drain()) yield { ...NOTHING, ...drained };
    },
  };
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
const randomSeed = (): readonly [number, number] => {
  const bytes = randomBytes(8);
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
};

interface Taken {
  records: number;
  events: TrailEvent[];
  rejections: Rejection[];
  skippedOtherPrincipal: number;
}

const gapOf = (object: ObjectRef, { reason, detail }: Damage, partial: boolean) => ({
  object,
  reason,
  detail,
  partial,
});
