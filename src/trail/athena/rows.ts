/**
 * From rows of usage-*.sql to events. A row stands for many calls; it becomes one event for each of the three earliest
 * ids, one for the rest of each day, and witnesses (count 0) that carry the other sessions, addresses and workloads: the
 * ledger ends with what it would have had from the records themselves.
 */
import { decode } from '../../events/decode.ts';
import type { TrailEvent } from '../../events/event.ts';
import type { Rejection } from '../../events/rejection.ts';
import { dayOf } from '../days.ts';

/** Columns of usage-*.sql by name; null where SQL had NULL. */
export type Row = ReadonlyMap<string, string | null>;

const DAY = 86_400_000;

interface Expanded {
  readonly events: readonly TrailEvent[];
  readonly rejections: readonly Rejection[];
}

/** Rows in which each has its call: the query writes it once, for the first of the rows that have it. */
export async function* withCalls(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  let call: string | null = null;
  for await (const row of rows) {
    call = row.get('call') ?? call;
    yield new Map([...row, ['call', call]]);
  }
}

/**
 * `2026-06-01 5,,2`: the first day and the counts of it and those that follow, none for 0. The query writes a JSON object of
 * counts by day instead where a day is none of the calendar.
 */
function daysOf(text: string): ReadonlyMap<string, number> {
  const [, first, counts] = /^(\d{4}-\d\d-\d\d) ([\d,]+)$/.exec(text) ?? [];
  if (first === undefined || counts === undefined)
    return new Map(Object.entries((json(text) as Record<string, number>) ?? {}));
  const start = Date.parse(`${first}T00:00:00Z`);
  return new Map(
    counts
      .split(',')
      .map((count, index) => [dayOf(start + index * DAY), Number(count)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** Expands one row. A row that is not as the query writes it is a rejection for each record it stood for. */
export function expandRow(row: Row): Expanded {
  const call = parsed(row, 'call') as Readonly<Record<string, string | null>> | undefined;
  const days = daysOf(row.get('days') ?? '');
  const earliest = ((parsed(row, 'earliest') as string[]) ?? []).map((one) => {
    const space = one.indexOf(' ');
    return { time: one.slice(0, space), id: one.slice(space + 1) };
  });
  const latest = row.get('latest');
  const first = earliest[0];
  if (!call || !first || !latest) return rejected('row without call or times', total(days));
  // CloudTrail writes an address into every record; the other addresses of the row come as witnesses.
  const [sourceIPAddress] = list(row, 'sources');
  const at = (time: string, id: string, extra: object = {}): TrailEvent | undefined => {
    const decoded = decode(recordOf(row, call, time, id, { sourceIPAddress, ...extra }));
    return decoded.ok ? decoded.event : undefined;
  };
  const base = at(first.time, first.id);
  if (!base) return rejected('record that does not decode', total(days));
  const events = [
    ...earliest.map(({ time, id }) => at(time, id) ?? base),
    ...restOfDays(days, earliest, latest, base, at),
    ...duplicates(Number(row.get('duplicates') ?? 0), base),
    ...witnesses(row, call, first, at),
  ];
  return { events, rejections: [] };
}

type At = (time: string, id: string, extra?: object) => TrailEvent | undefined;
interface Sample {
  readonly time: string;
  readonly id: string;
}

/** What a day had beyond the samples: at noon, but never before the last sample nor after the latest record. */
function restOfDays(
  days: ReadonlyMap<string, number>,
  samples: readonly Sample[],
  latest: string,
  base: TrailEvent,
  at: At,
): readonly TrailEvent[] {
  const lastSample = samples.at(-1)?.time ?? '';
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([day, count]) => {
      const rest = count - samples.filter(({ time }) => time.startsWith(day)).length;
      if (rest <= 0) return [];
      const noon = `${day}T12:00:00Z`;
      const time = latest.startsWith(day) ? latest : noon < lastSample ? lastSample : noon;
      const seen = at(time, '');
      const { firstSeen, lastSeen } = seen ?? base;
      return [{ ...base, count: rest, firstSeen, lastSeen, sampleIds: [], dedupeKey: '' }];
    })
    .map((event) =>
      event.count === 1 ? { ...event, dedupeKey: `rest ${base.dedupeKey} ${event.firstSeen}` } : event,
    );
}

const duplicates = (count: number, base: TrailEvent): readonly TrailEvent[] =>
  Array.from({ length: count }, () => base);

function witnesses(
  row: Row,
  call: Readonly<Record<string, string | null>>,
  first: Sample,
  at: At,
): readonly TrailEvent[] {
  const sessions = list(row, 'sessions');
  const sources = list(row, 'sources');
  const workloads = list(row, 'workloads');
  const length = Math.max(sessions.length, sources.length, workloads.length);
  return Array.from({ length }, (_, index) =>
    at(first.time, first.id, {
      session: sessions[index],
      sourceIPAddress: sources[index],
      workload: workloads[index],
      caller: call.caller,
    }),
  ).flatMap((event) => (event ? [{ ...event, count: 0, sampleIds: [] }] : []));
}

/** The record that CloudTrail would have written, as far as permissions see it: decode() reads it like any other. */
function recordOf(
  row: Row,
  call: Readonly<Record<string, string | null>>,
  time: string,
  id: string,
  extra: { session?: string; sourceIPAddress?: string | undefined; workload?: string },
): unknown {
  const {
    type,
    caller,
    accountId,
    userName,
    invokedBy,
    principalId,
    issuerType,
    issuerArn,
    issuerId,
    issuerName,
    mfa,
    supersedes,
    managementEvent,
    ...rest
  } = call;
  const issuer = { type: issuerType, arn: issuerArn, principalId: issuerId, userName: issuerName };
  return {
    ...rest,
    eventTime: time,
    eventID: id,
    managementEvent: (managementEvent ?? undefined) === undefined ? undefined : managementEvent === 'true',
    sourceIPAddress: extra.sourceIPAddress,
    requestParameters: parsed(row, 'request') ?? null,
    responseElements: merged(parsed(row, 'nested'), parsed(row, 'response')),
    resources: parsed(row, 'resources') ?? [],
    ...(supersedes ? { addendum: { reason: 'UPDATED_DATA', originalEventID: supersedes } } : {}),
    userIdentity: {
      type: type ?? undefined,
      arn: extra.session === undefined ? caller : `${caller}/${extra.session}`,
      accountId,
      userName,
      invokedBy,
      principalId,
      ...(extra.workload === undefined ? {} : { inScopeOf: { credentialsIssuedTo: extra.workload } }),
      sessionContext: {
        sessionIssuer: (issuerArn ?? undefined) === undefined ? {} : issuer,
        attributes: { mfaAuthenticated: mfa },
      },
    },
  };
}

function merged(nested: unknown, response: unknown): unknown {
  if (!nested && !response) return null;
  return { ...(nested as object | undefined), ...(response as object | undefined) };
}

/** JSON of a column; undefined for NULL and for what is not JSON. */
function parsed(row: Row, column: string): unknown {
  return json(row.get(column));
}

function json(text: string | null | undefined): unknown {
  if (text === null || text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

const list = (row: Row, column: string): readonly string[] =>
  ((parsed(row, column) as unknown[]) ?? []).filter((one): one is string => typeof one === 'string');
const total = (days: ReadonlyMap<string, number>): number =>
  [...days.values()].reduce((sum, one) => sum + one, 0);
const rejected = (detail: string, count: number): Expanded => ({
  events: [],
  rejections: Array.from({ length: Math.max(count, 1) }, () => ({ reason: 'wrong-type', detail })),
});
