/** From one parsed JSON value to a typed event, or to a counted, explained rejection. Never throws. */
import { attribute } from './attribution.ts';
import {
  type Attribution,
  type EventCategory,
  type EventResource,
  type Json,
  type JsonObject,
  member,
  type TrailEvent,
} from './event.ts';
import { outcomeOf } from './outcome.ts';
import type { Rejection, RejectReason } from './rejection.ts';

export type Decoded =
  | { readonly ok: true; readonly event: TrailEvent }
  | { readonly ok: false; readonly rejection: Rejection };

const CATEGORIES: ReadonlySet<string> = new Set([
  'Management',
  'Data',
  'Insight',
  'NetworkActivity',
  'Aggregated',
]);
const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z$/;

/** Decodes one record. Unknown members are ignored, as the record contents page asks of every reader. */
export function decode(raw: unknown): Decoded {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw))
    return reject('not-an-object', preview(raw));
  const record = raw as JsonObject;
  const eventSource = member(record, 'eventSource');
  const eventName = member(record, 'eventName');
  const eventTime = member(record, 'eventTime');
  for (const [field, value] of [
    ['eventSource', eventSource],
    ['eventName', eventName],
    ['eventTime', eventTime],
  ] as const) {
    if (value === undefined || value === null) return reject('missing-field', `no ${field}`);
    if (typeof value !== 'string' || value === '')
      return reject('wrong-type', `${field} is ${preview(value)}`);
  }
  const version = string(record, 'eventVersion') ?? '';
  if (version !== '' && !/^1(?:\.\d+)?$/.test(version))
    return reject('unsupported-version', `eventVersion ${preview(version)}`);
  const time = parseTime(eventTime as string);
  if (time === undefined) return reject('impossible-time', `eventTime ${preview(eventTime)}`);
  const who = callerOf(member(record, 'userIdentity'));
  const id = string(record, 'eventID');
  // Joined by a character that JSON strings can hold but these fields never do; a forged copy that differs in any of
  // them is another record, so nobody can hide an event behind another one's id.
  const dedupeKey = `${id ?? `no-id ${JSON.stringify(record)}`}\0${eventTime}\0${eventSource}\0${eventName}\0${string(record, 'errorCode') ?? ''}\0${who.key}`;
  const one = { count: 1, firstSeen: time, lastSeen: time, sampleIds: id === undefined ? [] : [id] };
  return {
    ok: true,
    event: typed(record, who, one, eventSource as string, eventName as string, version, dedupeKey),
  };
}

/**
 * CloudTrail writes `{"reason": "requestParameters too large", "omitted": "true", "originalSize": "149893"}` in place of
 * what is too large. That is no parameter of the call: nothing is shown.
 */
function shown(value: Json | undefined): JsonObject | null {
  const found = object(value);
  if (found === null || !Object.hasOwn(found, 'omitted') || !Object.hasOwn(found, 'originalSize'))
    return found;
  return String(found.omitted) === 'true' ? null : found;
}

/** What a userIdentity says of a call, for records that share one. */
export interface Caller {
  readonly principal: Attribution;
  readonly invokedBy: string | undefined;
  readonly mfa: boolean | undefined;
  readonly sourceIdentity: string | undefined;
  readonly workload: string | undefined;
  /** Its part of a record's identity. */
  readonly key: string;
}

export function callerOf(identity: Json | undefined): Caller {
  const session = member(identity, 'sessionContext');
  return {
    principal: attribute(identity),
    invokedBy: string(identity, 'invokedBy'),
    mfa: boolean(member(member(session, 'attributes'), 'mfaAuthenticated')),
    sourceIdentity: string(session, 'sourceIdentity'),
    workload: workloadOf(identity),
    key: string(identity, 'arn') ?? string(identity, 'principalId') ?? string(identity, 'invokedBy') ?? '',
  };
}

/** How often and when records that are alike were seen. */
export type Sightings = Pick<TrailEvent, 'count' | 'firstSeen' | 'lastSeen' | 'sampleIds' | 'sampleTimes'>;

const NO_CALLER: Caller = {
  principal: { kind: 'none', reason: 'unknown-identity-type' },
  invokedBy: undefined,
  mfa: undefined,
  sourceIdentity: undefined,
  workload: undefined,
  key: '',
};
const UNSEEN: Sightings = { count: 0, firstSeen: 0, lastSeen: 0, sampleIds: [] };

/** What records have in common that differ in their caller, address and sightings only; `record` is one that `decode` takes. */
export function decodeCommon(record: JsonObject): TrailEvent {
  const name = (key: string): string => string(record, key) ?? '';
  const [source, call, version] = [name('eventSource'), name('eventName'), name('eventVersion')];
  return typed(record, NO_CALLER, UNSEEN, source, call, version, '');
}

/**
 * The event of several records that are alike; copies are removed already. `common` is of `decodeCommon`, and `like` one
 * object for all events that differ in their sightings only.
 */
export function decodeAlike(
  common: TrailEvent,
  caller: Caller,
  sourceIp: string | undefined,
  seen: Sightings,
  like: object,
): TrailEvent {
  const event = { ...common } as Mutable<Whole>;
  event.count = seen.count;
  event.firstSeen = seen.firstSeen;
  event.lastSeen = seen.lastSeen;
  event.sampleIds = seen.sampleIds;
  event.sampleTimes = seen.sampleTimes;
  event.principal = caller.principal;
  event.invokedBy = caller.invokedBy;
  event.mfa = caller.mfa;
  event.sourceIdentity = caller.sourceIdentity;
  event.workload = caller.workload;
  event.sourceIp = sourceIp;
  event.like = like;
  return event as TrailEvent;
}

/**
 * Events have all members, undefined where they have no value, in one order: the engine knows them by one shape then, and
 * two dozen of them would cost every place that reads one.
 */
type Whole = { readonly [K in keyof Required<TrailEvent>]: TrailEvent[K] | undefined };

function typed(
  record: JsonObject,
  caller: Caller,
  seen: Sightings,
  eventSource: string,
  eventName: string,
  eventVersion: string,
  dedupeKey: string,
): TrailEvent {
  const resources = readResources(member(record, 'resources'));
  const event: Whole = {
    count: seen.count,
    firstSeen: seen.firstSeen,
    lastSeen: seen.lastSeen,
    sampleIds: seen.sampleIds,
    sampleTimes: seen.sampleTimes,
    eventVersion,
    eventType: string(record, 'eventType') ?? 'AwsApiCall',
    eventCategory: categoryOf(record, eventSource, eventName, resources),
    eventSource,
    eventName,
    awsRegion: string(record, 'awsRegion') ?? '',
    apiVersion: string(record, 'apiVersion'),
    recipientAccountId: string(record, 'recipientAccountId'),
    readOnly: boolean(member(record, 'readOnly')),
    principal: caller.principal,
    invokedBy: caller.invokedBy,
    outcome: outcomeOf(string(record, 'errorCode'), string(record, 'errorMessage')),
    requestParameters: shown(member(record, 'requestParameters')),
    responseElements: shown(member(record, 'responseElements')),
    additionalEventData: shown(member(record, 'additionalEventData')),
    resources,
    sourceIp: string(record, 'sourceIPAddress'),
    userAgent: string(record, 'userAgent'),
    vpcEndpointId: string(record, 'vpcEndpointId'),
    mfa: caller.mfa,
    sourceIdentity: caller.sourceIdentity,
    workload: caller.workload,
    sharedEventId: string(record, 'sharedEventID'),
    dedupeKey,
    like: undefined,
    supersedes: supersedes(record),
  };
  return event as TrailEvent;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Own string member, undefined where absent, empty or of another type. */
function string(value: Json | undefined, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

const object = (value: Json | undefined): JsonObject | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : null;

/** JSON booleans in trail files, strings in Athena and in sessionContext. */
function boolean(value: Json | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** Epoch ms of an eventTime; undefined for one that names no instant (`2023-02-30`). Seconds may be 60 in a leap second. */
export function parseTime(value: string): number | undefined {
  const match = TIME.exec(value);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return undefined;
  if (day < 1 || (day > 28 && day > new Date(Date.UTC(year, month, 0)).getUTCDate())) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** By lower-case name, and by the usual spellings, so that most names need no lowering. */
const RESOURCE_MEMBERS: ReadonlyMap<string, keyof EventResource> = new Map([
  ['arn', 'arn'],
  ['ARN', 'arn'],
  ['arnprefix', 'arnPrefix'],
  ['accountid', 'accountId'],
  ['accountId', 'accountId'],
  ['type', 'type'],
]);

/** `ARN` in the documentation; some services write `arn` or `Arn` (record-format section 2). */
function readResources(value: Json | undefined): readonly EventResource[] {
  if (!Array.isArray(value)) return [];
  const out: EventResource[] = [];
  for (const one of value as readonly Json[]) {
    const parts = object(one);
    if (!parts) continue;
    const read: Mutable<EventResource> = {};
    // Of two spellings of one name the later counts, also where it holds no text.
    for (const key of Object.keys(parts)) {
      const member = RESOURCE_MEMBERS.get(key) ?? RESOURCE_MEMBERS.get(key.toLowerCase());
      if (member === undefined) continue;
      const text = parts[key];
      if (typeof text === 'string' && text !== '') read[member] = text;
      else delete read[member];
    }
    out.push(read);
  }
  return out;
}

/** Present since event version 1.07; before, managementEvent (1.06) tells, and before that the data events of the time. */
function categoryOf(
  record: JsonObject,
  source: string,
  name: string,
  resources: readonly EventResource[],
): EventCategory {
  const category = string(record, 'eventCategory');
  if (category !== undefined && CATEGORIES.has(category)) return category as EventCategory;
  const management = boolean(member(record, 'managementEvent'));
  if (management !== undefined) return management ? 'Management' : 'Data';
  const legacyData =
    (source === 's3.amazonaws.com' && resources.some((one) => one.type === 'AWS::S3::Object')) ||
    (source === 'lambda.amazonaws.com' && name === 'Invoke');
  return legacyData ? 'Data' : 'Management';
}

/** Which workload held the credentials: a function, an instance, a pod, a federated subject. */
function workloadOf(identity: Json | undefined): string | undefined {
  const scope = member(identity, 'inScopeOf');
  const federation = member(member(identity, 'sessionContext'), 'webIdFederationData');
  return (
    string(scope, 'credentialsIssuedTo') ??
    string(scope, 'sourceArn') ??
    string(member(federation, 'attributes'), 'sub') ??
    string(federation, 'federatedProvider')
  );
}

function supersedes(record: JsonObject): string | undefined {
  const addendum = member(record, 'addendum');
  return string(addendum, 'reason') === 'UPDATED_DATA' ? string(addendum, 'originalEventID') : undefined;
}

function reject(reason: RejectReason, detail: string): Decoded {
  return { ok: false, rejection: { reason, detail } };
}

/** A value from a log for a message: shortened, and every character that could steer a terminal made visible. */
export function preview(value: unknown): string {
  const whole = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const short = whole.length > 80 ? `${whole.slice(0, 77)}...` : whole;
  return `\`${short.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}\``;
}
