/**
 * All principals in one pass: alike records become one event with a count, so that most records are never parsed.
 *
 * Two records are alike when every member that anything downstream reads is the same bytes: same principal (role or
 * user, session, workload, invokedBy, MFA), same UTC day, same call, parameters, resources, outcome and caller. Ids,
 * the time within the day, credentials and TLS details may differ. responseElements and additionalEventData, which
 * hold new ids in each record, matter only where the mapping of the group's first record read them: what it did not
 * read for one record it cannot read for another that is equal in everything else.
 *
 * De-duplication must come before counting, so it happens here, over the identity that `decode` gives a record, for
 * all records of a run; the ledger de-duplicates events of count 1 once more, which changes nothing. Copies are
 * counted by principal and handed on in `duplicates`.
 *
 * Records with anything unusual (escapes in an id, no UUID, a shared event id, a correction) take the exact path: they
 * are parsed, decoded and handed on one by one. Members that are never read are not validated in repeated records.
 *
 * Of each group the needed bytes of one record are kept and parsed when the group is handed over: objects that live that
 * long cost more in garbage collection than the parsing.
 */

import { type Caller, callerOf, decodeAlike } from '../../events/decode.ts';
import { type Attribution, type JsonObject, member, type TrailEvent } from '../../events/event.ts';
import type { Rejection } from '../../events/rejection.ts';
import { createArena } from './arena.ts';
import { NOBODY, VOLATILE } from './front.ts';
import { createHashSet, createTable } from './hash-table.ts';
import { EXACT, type RequestReads, ROW_WORDS, type RowHash, type RowRecords, STATUS } from './kernel.ts';
import { type ParsedRecord, parseRecord } from './record.ts';
import { createGroups, type Groups } from './samples.ts';

export interface AggregateOptions {
  /** What the run maps events with; told here which members it reads. It must be a function of the event alone. */
  readonly resolve: (event: TrailEvent) => unknown;
  /** What of requests it reads; undefined: everything counts. */
  readonly reads?: RequestReads;
  /** Instants, epoch ms, that no group may straddle: the window's ends, and those of excluded times. */
  readonly cuts?: readonly number[];
}

/** Where decoded records go. */
export interface Exact {
  events: TrailEvent[];
  rejections: Rejection[];
}
export interface Drained extends Exact {
  readonly duplicates: readonly (readonly [principal: Attribution, count: number])[];
  /** Ids let go since the last time, where there were too many to hold. */
  readonly forgotten?: number;
}
export interface Aggregator {
  /** Takes a row that a front has settled; one of the exact path goes to `into` at once. */
  add(rows: Uint32Array, at: number, records: RowRecords, into: Exact): void;
  /**
   * Before many rows are added: reads what is known of their ids, one after the other without waiting for any, where
   * adding waits for the memory at each.
   */
  prepare(rows: Uint32Array): number;
  /** True when the groups take as much memory as they may: drain before adding more. */
  full(): boolean;
  /** Hands over, some at a time, and forgets all groups; the ids stay known. */
  drain(): Generator<Drained>;
}

const MAX_RECORD_BYTES = 160 << 20;
const MAX_GROUPS = 400_000;
/** Ids in each of two generations: 134 MB together when both are full. */
const MAX_IDS = 5_000_000;
const MAX_IDENTITIES = 100_000;
const EVENTS_A_BATCH = 1000;
const DAY = 86_400;
interface Identity {
  readonly caller: Caller;
  /** Mixed into hashes of records: the principal's part of a record's identity. */
  readonly hash: readonly [low: number, high: number];
  duplicates: number;
}

/** `hash` has the seed of the rows; `most` groups and `ids` in each generation are held. */
export function createAggregator(
  hash: RowHash,
  cuts: readonly number[] = [],
  most = MAX_GROUPS,
  ids = MAX_IDS,
): Aggregator {
  const seen = createHashSet(ids);
  let told = 0;
  const groups = createGroups();
  const groupTable = createTable(1 << 14);
  const templateTable = createTable(1 << 12);
  const identityTable = createTable();
  const identityNumbers = new Map<string, number>();
  const templates = createArena();
  /** Identity of each template's records. */
  let owners: number[] = [];
  let identities: Identity[] = [];
  const seconds = [...cuts].sort((a, b) => a - b).map((cut) => cut / 1000);

  /** Day and position between the cuts, as one small number. */
  const bucketOf = (time: number): number => {
    let after = 0;
    while (after < seconds.length && seconds[after]! <= time) after++;
    return Math.floor(time / DAY) * (seconds.length + 1) + after;
  };
  const identify = (raw: unknown): number => {
    const caller = callerOf(member(raw as JsonObject, 'userIdentity'));
    const key = JSON.stringify(caller);
    const known = identityNumbers.get(key);
    if (known !== undefined) return known;
    identities.push({ caller, hash: hash([caller.key]), duplicates: 0 });
    identityNumbers.set(key, identities.length - 1);
    return identities.length - 1;
  };
  const lowOf = (low: number, { hash: [own] }: Identity): number => low ^ Math.imul(own, 0x9e3779b1);
  /** True for the first of equal records; counts the others. */
  const isFirst = (low: number, high: number, identity: Identity): boolean => {
    const first = seen.add(lowOf(low, identity), high ^ identity.hash[1]);
    if (!first) identity.duplicates++;
    return first;
  };
  /** Returns undefined so that a caller can leave with it. */
  const exact = ({ raw, decoded }: ParsedRecord, into: Exact): undefined => {
    if (!decoded.ok) {
      into.rejections.push(decoded.rejection);
      return;
    }
    const { event } = decoded;
    // No principal: nobody's. No id: the record as a whole is its identity, and only the ledger holds that.
    if (event.principal.kind !== 'none' && event.sampleIds.length > 0) {
      const [id, time, source, name, error] = event.dedupeKey.split('\u0000');
      const [low, high] = hash([id!, time!, source!, name!, error!]);
      if (!isFirst(low, high, identities[identify(raw)]!)) return;
    }
    into.events.push(event);
  };

  /** The group of a row, opened if need be. */
  const groupOf = (rows: Uint32Array, at: number, number: number, records: RowRecords): number => {
    const low = rows[at]! ^ Math.imul(number + 1, 0x85ebca6b);
    const high = rows[at + 1]! ^ Math.imul(bucketOf(rows[at + 12]!) + 1, 0xc2b2ae35);
    const known = groupTable.get(low, high);
    if (known >= 0) return known;
    const templateLow = rows[at]! ^ Math.imul(number + 1, 0x27d4eb2f);
    let template = templateTable.get(templateLow, rows[at + 1]!);
    if (template < 0) {
      owners.push(number);
      template = templates.add(records.kept(rows, at, rows[at + STATUS] === VOLATILE));
      templateTable.put(templateLow, rows[at + 1]!, template);
    }
    const opened = groups.open(template);
    groupTable.put(low, high, opened);
    return opened;
  };

  const add = (rows: Uint32Array, at: number, records: RowRecords, into: Exact): undefined => {
    const status = rows[at + STATUS];
    if (status === NOBODY) return;
    if (status === EXACT) return exact(parseRecord(records.whole(rows, at)), into);
    let number = identityTable.get(rows[at + 4]!, rows[at + 5]!);
    if (number < 0) {
      number = identify(parseRecord(records.whole(rows, at)).raw);
      identityTable.put(rows[at + 4]!, rows[at + 5]!, number);
    }
    const group = groupOf(rows, at, number, records);
    if (isFirst(rows[at + 6]!, rows[at + 7]!, identities[number]!))
      groups.add(group, rows[at + 12]!, rows, at + 8);
  };

  const forget = (): void => {
    groups.clear();
    groupTable.clear();
    templateTable.clear();
    identityTable.clear();
    identityNumbers.clear();
    templates.clear();
    owners = [];
    identities = [];
  };

  return {
    add,
    prepare: (rows) => {
      let met = 0;
      for (let at = 0; at < rows.length; at += ROW_WORDS) {
        const number = identityTable.get(rows[at + 4]!, rows[at + 5]!);
        if (number >= 0) met ^= seen.touch(lowOf(rows[at + 6]!, identities[number]!));
      }
      return met;
    },
    full: () =>
      templates.bytes > MAX_RECORD_BYTES || groups.size > most || identities.length > MAX_IDENTITIES,
    *drain() {
      const duplicates = identities.flatMap((one): [Attribution, number][] =>
        one.duplicates > 0 ? [[one.caller.principal, one.duplicates]] : [],
      );
      const forgotten = seen.forgotten - told;
      told = seen.forgotten;
      let drained: Drained = { events: [], rejections: [], duplicates, ...(forgotten > 0 && { forgotten }) };
      let last = -1;
      let event: TrailEvent | undefined;
      for (const number of byTemplate(groups, owners.length)) {
        const seen = groups.read(number);
        // A group of copies only: the records were counted before the last drain.
        if (seen.count === 0) continue;
        const template = groups.template(number);
        // A call of ninety days is ninety groups of one template, and is parsed once.
        if (template === last) event &&= { ...event, ...seen };
        else {
          const record = parse(templates.read(template));
          event = record && decodeAlike(record, identities[owners[template]!]!.caller, seen);
          last = template;
        }
        if (event) drained.events.push(event);
        else for (let times = 0; times < seen.count; times++) drained.rejections.push(INVALID);
        if (drained.events.length < EVENTS_A_BATCH) continue;
        yield drained;
        drained = { events: [], rejections: [], duplicates: [] };
      }
      forget();
      yield drained;
    },
  };
}

const INVALID: Rejection = { reason: 'invalid-json', detail: 'a repeated record' };
/** Undefined for what is no JSON. */
function parse(template: Buffer): JsonObject | undefined {
  try {
    return JSON.parse(template.toString()) as JsonObject;
  } catch {
    return undefined;
  }
}

/** Numbers of all groups, those of one template together. */
function byTemplate(groups: Groups, templates: number): Uint32Array {
  const next = new Uint32Array(templates + 1);
  for (let number = 0; number < groups.size; number++) next[groups.template(number) + 1]! += 1;
  for (let template = 1; template <= templates; template++) next[template]! += next[template - 1]!;
  const out = new Uint32Array(groups.size);
  for (let number = 0; number < groups.size; number++) out[next[groups.template(number)]!++] = number;
  return out;
}
