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

import { type Caller, decodeAlike } from '../../events/decode.ts';
import type { Attribution, TrailEvent } from '../../events/event.ts';
import type { Rejection } from '../../events/rejection.ts';
import { callerText, mixed } from './front.ts';
import { createHashSet } from './hash-set.ts';
import { createTable } from './hash-table.ts';
import { parseRecord } from './record.ts';
import type { RequestReads, RowHash } from './rows.ts';
import { createGroups } from './samples.ts';
import { createTemplates, type Said, sorted } from './templates.ts';

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
  /** The number of a caller, a template, a group: the same for equal ones, whoever tells of them. */
  identity(caller: string): number;
  template(identity: number, low: number, high: number, kept: Uint8Array): number;
  group(template: number, bucket: number): number;
  /** Takes a record of a group; see `Taker.grouped`. */
  add(group: number, low: number, high: number, seconds: number, words: Uint32Array, idAt: number): void;
  /** Takes a record of the exact path, which goes to `into` at once. */
  exact(record: string, into: Exact): void;
  /**
   * Reads of a group, so that many can be looked up without waiting for any, where adding waits for the memory at each.
   * Gives what it read, so that the read is not left out.
   */
  touch(group: number): number;
  /** True when the groups take as much memory as they may: drain before adding more. */
  full(): boolean;
  /** Groups held. */
  readonly size: number;
  /**
   * Hands over, some at a time, what the groups have counted so far, and keeps the groups, which count from nothing again. More
   * may be added meanwhile, and what is not handed over when the caller leaves is still counted.
   */
  counted(): Generator<Drained>;
  /** Hands over, some at a time, and forgets all groups; the ids stay known. */
  drain(): Generator<Drained>;
}

const MAX_RECORD_BYTES = 160 << 20;
const MAX_GROUPS = 400_000;
/** Ids in each of two generations: 134 MB together when both are full. */
const MAX_IDS = 5_000_000;
const MAX_IDENTITIES = 100_000;
const EVENTS_A_BATCH = 1000;
interface Identity {
  readonly caller: Caller;
  /** Mixed into hashes of records: the principal's part of a record's identity. */
  readonly hash: readonly [low: number, high: number];
  duplicates: number;
}

/** `hash` has the seed of the records; `most` groups and `ids` in each generation are held. */
export function createAggregator(hash: RowHash, most = MAX_GROUPS, ids = MAX_IDS): Aggregator {
  const seen = createHashSet(ids);
  let told = 0;
  const groups = createGroups();
  const groupTable = createTable(1 << 14);
  const templateTable = createTable(1 << 12);
  const identityNumbers = new Map<string, number>();
  const templates = createTemplates(hash);
  /** Identity of each template's records. */
  let owners: number[] = [];
  let identities: Identity[] = [];

  const identity = (text: string): number => {
    const known = identityNumbers.get(text);
    if (known !== undefined) return known;
    const caller = JSON.parse(text) as Caller;
    identities.push({ caller, hash: hash([caller.key]), duplicates: 0 });
    identityNumbers.set(text, identities.length - 1);
    return identities.length - 1;
  };
  const exact = (record: string, into: Exact): undefined => {
    const { raw, decoded } = parseRecord(record);
    if (!decoded.ok) {
      into.rejections.push(decoded.rejection);
      return;
    }
    const { event } = decoded;
    // No principal: nobody's. No id: the record as a whole is its identity, and only the ledger holds that.
    if (event.principal.kind !== 'none' && event.sampleIds.length > 0) {
      const [id, time, source, name, error] = event.dedupeKey.split('\u0000');
      const [low, high] = hash([id!, time!, source!, name!, error!]);
      const own = identities[identity(callerText(raw))]!;
      if (!seen.add(mixed(low, own.hash[0]), high ^ own.hash[1], event.firstSeen / 1000)) {
        own.duplicates++;
        return;
      }
    }
    into.events.push(event);
  };

  const forget = (): void => {
    groups.clear();
    groupTable.clear();
    templateTable.clear();
    identityNumbers.clear();
    templates.clear();
    owners = [];
    identities = [];
  };

  function* counted(first: Drained): Generator<Drained> {
    let drained = first;
    const order = templates.inOrder();
    const places = new Uint32Array(order.length);
    for (let place = 0; place < order.length; place++) places[order[place]!] = place;
    let last = -1;
    let said: Said | undefined;
    let like = {};
    for (const number of sorted(groups.size, order.length, (one) => places[groups.template(one)]!)) {
      const sightings = groups.take(number);
      // A group of copies only, or of records that were counted before.
      if (sightings.count === 0) continue;
      const template = groups.template(number);
      // A call of ninety days is ninety groups of one template.
      if (template !== last) {
        said = templates.read(template);
        like = {};
        last = template;
      }
      const { caller } = identities[owners[template]!]!;
      if (said) drained.events.push(decodeAlike(said.common, caller, said.sourceIp, sightings, like));
      else for (let times = 0; times < sightings.count; times++) drained.rejections.push(INVALID);
      if (drained.events.length < EVENTS_A_BATCH) continue;
      yield drained;
      drained = { events: [], rejections: [], duplicates: [] };
    }
    yield drained;
  }

  return {
    identity,
    template: (number, low, high, kept) => {
      const own = low ^ Math.imul(number + 1, 0x27d4eb2f);
      const known = templateTable.get(own, high);
      if (known >= 0) return known;
      owners.push(number);
      const added = templates.add(kept);
      templateTable.put(own, high, added);
      return added;
    },
    group: (template, bucket) => {
      // Of one bucket the low words of two templates differ, so that this is no hash that could collide.
      const low = Math.imul(template + 1, 0x85ebca6b) ^ Math.imul(bucket + 1, 0x9e3779b1);
      const known = groupTable.get(low, bucket);
      if (known >= 0) return known;
      const opened = groups.open(template);
      groupTable.put(low, bucket, opened);
      return opened;
    },
    add: (group, low, high, seconds, words, idAt) => {
      // Of equal records the first counts.
      if (seen.add(low, high, seconds)) groups.add(group, seconds, words, idAt);
      else identities[owners[groups.template(group)]!]!.duplicates++;
    },
    exact,
    touch: groups.touch,
    full: () =>
      templates.bytes > MAX_RECORD_BYTES || groups.size > most || identities.length > MAX_IDENTITIES,
    get size() {
      return groups.size;
    },
    counted: () => counted({ events: [], rejections: [], duplicates: [] }),
    *drain() {
      const duplicates = identities.flatMap((one): [Attribution, number][] =>
        one.duplicates > 0 ? [[one.caller.principal, one.duplicates]] : [],
      );
      const forgotten = seen.forgotten - told;
      told = seen.forgotten;
      yield* counted({ events: [], rejections: [], duplicates, ...(forgotten > 0 && { forgotten }) });
      forget();
    },
  };
}

const INVALID: Rejection = { reason: 'invalid-json', detail: 'a repeated record' };
