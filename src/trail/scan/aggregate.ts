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

import type { Decoded } from '../../events/decode.ts';
import { type Attribution, type Json, member, type TrailEvent } from '../../events/event.ts';
import type { Rejection } from '../../events/rejection.ts';
import { createArena } from './arena.ts';
import { createHashSet, createTable } from './hash-table.ts';
import { EXACT, ROW_WORDS, type RowReader, UNSTEADY } from './kernel.ts';
import { type ParsedRecord, parseRecord } from './record.ts';
import { createGroups, type Group, type Groups } from './samples.ts';

export interface AggregateOptions {
  /** What the run maps events with; told here which members it reads. It must be a function of the event alone. */
  readonly resolve: (event: TrailEvent) => unknown;
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
}
export interface Aggregator {
  /** Takes the records at `spans`; those of the exact path go to `into` at once. */
  add(bytes: Buffer, spans: readonly number[], into: Exact): void;
  /** True when the groups take as much memory as they may: drain before adding more. */
  full(): boolean;
  /** Hands over, some at a time, and forgets all groups; the ids stay known. */
  drain(): Generator<Drained>;
}

const MAX_RECORD_BYTES = 160 << 20;
const MAX_GROUPS = 400_000;
const MAX_IDENTITIES = 100_000;
const EVENTS_A_BATCH = 1000;
const DAY = 86_400;
/** A value in place of a group: the volatile members count, too. */
const VOLATILE = 0;

const TOLD: ReadonlySet<string> = new Set(['root', 'other-account']);

interface Identity {
  /** The userIdentity of one of its records. */
  readonly raw: Json;
  readonly principal: Attribution;
  /** Mixed into hashes of records: the principal's part of a record's identity. */
  readonly hash: readonly [low: number, high: number];
  duplicates: number;
}

export function createAggregator(reader: RowReader, { resolve, cuts = [] }: AggregateOptions): Aggregator {
  const seen = createHashSet();
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
  const identify = (event: TrailEvent, raw: unknown): number => {
    const { principal, invokedBy, mfa, sourceIdentity, workload } = event;
    const principalKey = event.dedupeKey.split('\u0000').slice(5).join('\u0000');
    const key = JSON.stringify([principal, invokedBy, mfa, sourceIdentity, workload, principalKey]);
    const known = identityNumbers.get(key);
    if (known !== undefined) return known;
    identities.push({
      raw: member(raw as Json, 'userIdentity') ?? null,
      principal,
      hash: reader.hash([principalKey]),
      duplicates: 0,
    });
    identityNumbers.set(key, identities.length - 1);
    return identities.length - 1;
  };
  /** True for the first of equal records; counts the others. */
  const isFirst = (low: number, high: number, identity: Identity): boolean => {
    const first = seen.add(low ^ Math.imul(identity.hash[0], 0x9e3779b1), high ^ identity.hash[1]);
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
      const [low, high] = reader.hash([id!, time!, source!, name!, error!]);
      if (!isFirst(low, high, identities[identify(event, raw)]!)) return;
    }
    into.events.push(event);
  };

  /** The group of a row, opened if need be; -1 where the record does not decode. */
  const groupOf = (rows: Uint32Array, at: number, number: number, bytes: Buffer): number => {
    const low = rows[at]! ^ Math.imul(number + 1, 0x85ebca6b);
    const high = rows[at + 1]! ^ Math.imul(bucketOf(rows[at + 12]!) + 1, 0xc2b2ae35);
    const group = groupTable.get(low, high);
    if (group > VOLATILE) return group - 1;
    const [innerLow, innerHigh] = [low ^ rows[at + 2]!, high ^ rows[at + 3]!];
    if (group === VOLATILE) {
      const inner = groupTable.get(innerLow, innerHigh);
      if (inner > VOLATILE) return inner - 1;
    }
    let volatile = group === VOLATILE;
    if (!volatile) {
      // Another day of a known template: nothing to read.
      const templateLow = rows[at]! ^ Math.imul(number + 1, 0x27d4eb2f);
      let template = templateTable.get(templateLow, rows[at + 1]!);
      if (template < 0 && rows[at + 15] === UNSTEADY) {
        const { decoded } = parseRecord(bytes.toString('utf8', rows[at + 13], rows[at + 14]));
        if (!decoded.ok) return -1;
        volatile = readsVolatile(decoded.event, resolve);
      }
      if (!volatile) {
        if (template < 0) {
          template = keep(rows, at, number, false);
          templateTable.put(templateLow, rows[at + 1]!, template);
        }
        const opened = groups.open(template);
        groupTable.put(low, high, opened + 1);
        return opened;
      }
      groupTable.put(low, high, VOLATILE);
    }
    const opened = groups.open(keep(rows, at, number, true));
    groupTable.put(innerLow, innerHigh, opened + 1);
    return opened;
  };
  const keep = (rows: Uint32Array, at: number, number: number, volatile: boolean): number => {
    owners.push(number);
    return templates.add(reader.compact(rows[at + 13]!, rows[at + 14]!, volatile));
  };

  const addRow = (rows: Uint32Array, at: number, bytes: Buffer, into: Exact): undefined => {
    const parsed = (): ParsedRecord => parseRecord(bytes.toString('utf8', rows[at + 13], rows[at + 14]));
    if (rows[at + 15] === EXACT) return exact(parsed(), into);
    let number = identityTable.get(rows[at + 4]!, rows[at + 5]!);
    if (number < 0) {
      const one = parsed();
      if (!one.decoded.ok) return exact(one, into);
      number = identify(one.decoded.event, one.raw);
      identityTable.put(rows[at + 4]!, rows[at + 5]!, number);
    }
    const identity = identities[number]!;
    if (identity.principal.kind === 'none') {
      // Nobody's policies, but a review tells what root and other accounts did.
      if (TOLD.has(identity.principal.reason)) exact(parsed(), into);
      return;
    }
    const group = groupOf(rows, at, number, bytes);
    if (group < 0) return exact(parsed(), into);
    if (isFirst(rows[at + 6]!, rows[at + 7]!, identity)) groups.add(group, rows[at + 12]!, rows, at + 8);
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
    add: (bytes, spans, into) =>
      reader.read(bytes, spans, (rows, count) => {
        for (let index = 0; index < count; index++) addRow(rows, index * ROW_WORDS, bytes, into);
      }),
    full: () =>
      templates.bytes > MAX_RECORD_BYTES || groups.size > MAX_GROUPS || identities.length > MAX_IDENTITIES,
    *drain() {
      const duplicates = identities.flatMap((one): [Attribution, number][] =>
        one.duplicates > 0 ? [[one.principal, one.duplicates]] : [],
      );
      let drained: Drained = { events: [], rejections: [], duplicates };
      let parsed = { template: -1, decoded: UNREAD };
      for (const number of byTemplate(groups, owners.length)) {
        const group = groups.read(number);
        // A group of copies only: the records were counted before the last drain.
        if (group.count === 0) continue;
        const template = groups.template(number);
        // A call of ninety days is ninety groups of one template, and is parsed once.
        if (parsed.template !== template) {
          const source = templates.read(template).toString();
          const userIdentity = identities[owners[template]!]!.raw;
          const others = { userIdentity, eventID: group.sampleIds[0], eventTime: timeOf(group) };
          parsed = { template, decoded: parseRecord(source, others).decoded };
        }
        const { decoded } = parsed;
        if (decoded.ok) drained.events.push(eventOf(group, decoded.event));
        else for (let times = 0; times < group.count; times++) drained.rejections.push(decoded.rejection);
        if (drained.events.length < EVENTS_A_BATCH) continue;
        yield drained;
        drained = { events: [], rejections: [], duplicates: [] };
      }
      forget();
      yield drained;
    },
  };
}

/** Whether the mapping reads a member that differs between records alike in all else. */
function readsVolatile(event: TrailEvent, resolve: (event: TrailEvent) => unknown): boolean {
  const { responseElements, additionalEventData } = event;
  let read = false;
  const noticed = <T>(value: T): T => {
    read = true;
    return value;
  };
  const watched = Object.defineProperties(
    { ...event },
    {
      responseElements: { get: () => noticed(responseElements), enumerable: true },
      additionalEventData: { get: () => noticed(additionalEventData), enumerable: true },
    },
  );
  resolve(watched);
  return read;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const UNREAD: Decoded = { ok: false, rejection: { reason: 'invalid-json', detail: '' } };
const timeOf = ({ first }: Group): string => new Date(first * 1000).toISOString().replace('.000Z', 'Z');

/** The event of a group; `event` is that of one of its template's groups. Only ids and times differ. */
function eventOf(group: Group, event: TrailEvent): TrailEvent {
  const rest = event.dedupeKey.split('\u0000').slice(2);
  const out: Mutable<TrailEvent> = {
    ...event,
    count: group.count,
    firstSeen: group.first * 1000,
    lastSeen: group.last * 1000,
    sampleIds: group.sampleIds,
    dedupeKey: [group.sampleIds[0], timeOf(group), ...rest].join('\u0000'),
  };
  if (group.count > 1) out.sampleTimes = group.sampleTimes.map((time) => time * 1000);
  return out;
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
