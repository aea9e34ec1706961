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
 */
import type { Decoded } from '../../events/decode.ts';
import type { Attribution, TrailEvent } from '../../events/event.ts';
import type { Rejection } from '../../events/rejection.ts';
import { createHashSet, createTable } from './hash-table.ts';
import { ROW_WORDS, type RowReader } from './kernel.ts';
import { createGroups } from './samples.ts';

export interface AggregateOptions {
  /** What the run maps events with; told here which members it reads. It must be a function of the event alone. */
  readonly resolve: (event: TrailEvent) => unknown;
  /** Instants, epoch ms, that no group may straddle: the window's ends, and those of excluded times. */
  readonly cuts?: readonly number[];
}

export interface Aggregated {
  readonly events: readonly TrailEvent[];
  readonly duplicates: readonly (readonly [principal: Attribution, count: number])[];
}

export interface Aggregator {
  /** Takes the records at `spans`. `parse` decodes the record between two offsets. */
  add(
    bytes: Uint8Array,
    spans: readonly number[],
    parse: (start: number, end: number) => Decoded,
    into: Exact,
  ): void;
  /** True when the groups take as much memory as they may. */
  full(): boolean;
  /** Hands over and forgets all groups; the ids stay known. */
  drain(): Aggregated;
}
/** Where records of the exact path go. */
export interface Exact {
  events: TrailEvent[];
  rejections: Rejection[];
}

/** About 150 MB of groups and templates. */
const MAX_TEMPLATES = 60_000;
const MAX_GROUPS = 250_000;
const MAX_IDENTITIES = 100_000;
const DAY = 86_400;
/** Values of `groups` in place of a group: the volatile members count, too. */
const VOLATILE = 0;

interface Identity {
  readonly principal: Attribution;
  readonly principalKey: string;
  /** Mixed into hashes of records: the principal's part of a record's identity. */
  readonly hash: readonly [low: number, high: number];
  duplicates: number;
}
interface Template {
  readonly event: TrailEvent;
  readonly identity: Identity;
}

export function createAggregator(reader: RowReader, { resolve, cuts = [] }: AggregateOptions): Aggregator {
  const seen = createHashSet();
  const groups = createGroups();
  const groupTable = createTable(1 << 14);
  const templateTable = createTable(1 << 12);
  const identityTable = createTable();
  const identityNumbers = new Map<string, number>();
  const strings = new Map<string, string>();
  let identities: Identity[] = [];
  let templates: Template[] = [];
  const seconds = [...cuts].sort((a, b) => a - b).map((cut) => cut / 1000);

  /** Day and position between the cuts, as one small number. */
  const bucketOf = (time: number): number => {
    let after = 0;
    while (after < seconds.length && seconds[after]! <= time) after++;
    return Math.floor(time / DAY) * (seconds.length + 1) + after;
  };
  /** Equal strings of many templates are kept once. */
  const intern = (text: string): string => {
    const known = strings.get(text);
    if (known !== undefined) return known;
    if (strings.size > 50_000) strings.clear();
    strings.set(text, text);
    return text;
  };
  const identify = (event: TrailEvent): number => {
    const key = JSON.stringify([
      event.principal,
      event.invokedBy,
      event.mfa,
      event.sourceIdentity,
      event.workload,
      principalKeyOf(event),
    ]);
    const known = identityNumbers.get(key);
    if (known !== undefined) return known;
    const principalKey = principalKeyOf(event);
    const hash = reader.hash([principalKey]);
    identities.push({ principal: event.principal, principalKey, hash, duplicates: 0 });
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
  const exact = (decoded: Decoded, into: Exact): undefined => {
    if (!decoded.ok) {
      into.rejections.push(decoded.rejection);
      return;
    }
    const { event } = decoded;
    // No principal: nobody's. No id: the record as a whole is its identity, and only the ledger holds that.
    if (event.principal.kind !== 'none' && event.sampleIds.length > 0) {
      const [id, time, source, name, error] = event.dedupeKey.split('\u0000');
      const [low, high] = reader.hash([id!, time!, source!, name!, error!]);
      if (!isFirst(low, high, identities[identify(event)]!)) return;
    }
    into.events.push(event);
  };

  /** A template for the group of a record that was decoded, and whether its volatile members matter. */
  const learn = (
    event: TrailEvent,
    identity: Identity,
  ): { readonly number: number; readonly volatile: boolean } => {
    let volatile = false;
    const { responseElements, additionalEventData } = event;
    const noticed = <T>(value: T): T => {
      volatile = true;
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
    templates.push({ event: slim(event, identity, volatile, intern), identity });
    return { number: templates.length - 1, volatile };
  };

  /** The group of a row, opened if need be; -1 where the record does not decode. */
  const groupOf = (rows: Uint32Array, at: number, number: number, parsed: () => Decoded): number => {
    const bucket = bucketOf(rows[at + 12]!);
    const low = rows[at]! ^ Math.imul(number + 1, 0x85ebca6b);
    const high = rows[at + 1]! ^ Math.imul(bucket + 1, 0xc2b2ae35);
    const group = groupTable.get(low, high);
    if (group > VOLATILE) return group - 1;
    const [volatileLow, volatileHigh] = [low ^ rows[at + 2]!, high ^ rows[at + 3]!];
    if (group === VOLATILE) {
      const inner = groupTable.get(volatileLow, volatileHigh);
      if (inner > VOLATILE) return inner - 1;
    }
    // Another day of a known template needs no parsing.
    const templateLow = rows[at]! ^ Math.imul(number + 1, 0x27d4eb2f);
    const known = group === VOLATILE ? -1 : templateTable.get(templateLow, rows[at + 1]!);
    if (known >= 0) {
      const opened = groups.open(known);
      groupTable.put(low, high, opened + 1);
      return opened;
    }
    const decoded = parsed();
    if (!decoded.ok) return -1;
    const { number: template, volatile } = learn(decoded.event, identities[number]!);
    const opened = groups.open(template);
    if (volatile) {
      if (group !== VOLATILE) groupTable.put(low, high, VOLATILE);
      groupTable.put(volatileLow, volatileHigh, opened + 1);
    } else {
      groupTable.put(low, high, opened + 1);
      templateTable.put(templateLow, rows[at + 1]!, template);
    }
    return opened;
  };

  const addRow = (
    rows: Uint32Array,
    at: number,
    parse: (start: number, end: number) => Decoded,
    into: Exact,
  ): undefined => {
    let decoded: Decoded | undefined;
    const parsed = (): Decoded => {
      decoded ??= parse(rows[at + 13]!, rows[at + 14]!);
      return decoded;
    };
    if (rows[at + 15] !== 0) return exact(parsed(), into);
    let number = identityTable.get(rows[at + 4]!, rows[at + 5]!);
    if (number < 0) {
      const one = parsed();
      if (!one.ok) return exact(one, into);
      number = identify(one.event);
      identityTable.put(rows[at + 4]!, rows[at + 5]!, number);
    }
    const identity = identities[number]!;
    if (identity.principal.kind === 'none') return;
    const group = groupOf(rows, at, number, parsed);
    if (group < 0) return exact(parsed(), into);
    if (isFirst(rows[at + 6]!, rows[at + 7]!, identity)) groups.add(group, rows[at + 12]!, rows, at + 8);
  };

  return {
    add: (bytes, spans, parse, into) =>
      reader.read(bytes, spans, (rows, count) => {
        for (let index = 0; index < count; index++) addRow(rows, index * ROW_WORDS, parse, into);
      }),
    full: () =>
      templates.length > MAX_TEMPLATES || groups.size > MAX_GROUPS || identities.length > MAX_IDENTITIES,
    drain: () => {
      const events: TrailEvent[] = [];
      for (let number = 0; number < groups.size; number++) {
        const group = groups.read(number);
        // A group of copies only: the records were counted before the last drain.
        if (group.count > 0) events.push(eventOf(group, templates[groups.template(number)]!));
      }
      const duplicates = identities.flatMap((one): [Attribution, number][] =>
        one.duplicates > 0 ? [[one.principal, one.duplicates]] : [],
      );
      groups.clear();
      groupTable.clear();
      templateTable.clear();
      identityTable.clear();
      identityNumbers.clear();
      strings.clear();
      identities = [];
      templates = [];
      return { events, duplicates };
    },
  };
}

/** The last part of a record's identity; see `decode`. Only exact records can hold the separator before it. */
const principalKeyOf = (event: TrailEvent): string => event.dedupeKey.split('\u0000').slice(5).join('\u0000');

/** What has to be kept of a group's first record. */
function slim(
  event: TrailEvent,
  { principal }: Identity,
  volatile: boolean,
  intern: (text: string) => string,
) {
  return {
    ...event,
    principal,
    dedupeKey: '',
    eventSource: intern(event.eventSource),
    eventName: intern(event.eventName),
    ...(event.userAgent === undefined ? {} : { userAgent: intern(event.userAgent) }),
    ...(event.sourceIp === undefined ? {} : { sourceIp: intern(event.sourceIp) }),
    ...(volatile ? {} : { responseElements: null, additionalEventData: null }),
  };
}

function eventOf(
  group: ReturnType<ReturnType<typeof createGroups>['read']>,
  { event, identity }: Template,
): TrailEvent {
  const time = new Date(group.first * 1000).toISOString().replace('.000Z', 'Z');
  const parts = [group.sampleIds[0], time, event.eventSource, event.eventName, event.outcome.errorCode ?? ''];
  return {
    ...event,
    count: group.count,
    firstSeen: group.first * 1000,
    lastSeen: group.last * 1000,
    sampleIds: group.sampleIds,
    sampleTimes: group.sampleTimes.map((time) => time * 1000),
    dedupeKey: [...parts, identity.principalKey].join('\u0000'),
  };
}
