/**
 * The half of the aggregate that looks at records: says of each row whether it can be grouped, and numbers what rows have
 * in common, so that the other half counts by number. Several may work side by side, each in a thread with numbers of its
 * own; what they say of a record is the same.
 */
import { type Caller, callerOf } from '../../events/decode.ts';
import { type JsonObject, member, type TrailEvent } from '../../events/event.ts';
import { createSharedBits, createTable } from './hash-table.ts';
import { parseRecord } from './record.ts';
import { EXACT, type RowHash, type RowRecords, STATUS, UNSTEADY } from './rows.ts';

/** What `settle` says instead of a group's number. */
export const TO_EXACT = -1;
/** The record's principal has no policies, and nothing is told of it. */
export const TO_NOBODY = -2;

/** Is told of what is new, each before the first row that has it; the numbers are those of the telling. */
export interface Heard {
  identity(caller: string): void;
  /** `low` and `high` are the key of the records apart from their identity; `kept` is valid during the call only. */
  template(identity: number, low: number, high: number, kept: Uint8Array): void;
  group(template: number, bucket: number): void;
}

export interface Front {
  /**
   * The group of the row at `at`, or why it has none. Of a grouped row the principal is mixed into the identity of the
   * record.
   */
  settle(rows: Uint32Array, at: number, records: RowRecords, heard: Heard): number;
  clear(): void;
}

/** Nobody's policies, but a review tells what they did. */
const TOLD: ReadonlySet<string> = new Set(['root', 'other-account']);
const DAY = 86_400;
/** Values in the table of identities: why there is none, or from GROUPED on an identity's number. */
const LEFT_TO_EXACT = 0;
const NOBODYS = 1;
const GROUPED = 2;

/** The caller of a parsed record as text: equal for equal ones. */
export const callerText = (raw: unknown): string =>
  JSON.stringify(callerOf(member(raw as JsonObject, 'userIdentity')));

/** The low word of a record's identity with that of its principal mixed in. */
export const mixed = (low: number, own: number): number => (low ^ Math.imul(own, 0x9e3779b1)) >>> 0;

/**
 * `resolve` is what the run maps events with; watched here for whether it reads the volatile members. Fronts of one seed
 * can share what they find out of that, in `shared`.
 */
export function createFront(
  resolve: (event: TrailEvent) => unknown,
  hash: RowHash,
  cuts: readonly number[],
  shared?: SharedArrayBuffer,
): Front {
  /** By the hash of a userIdentity. */
  const identities = createTable();
  /** By key and identity: whether the volatile members count. */
  const own = createTable(1 << 12);
  const volatility = shared ? createSharedBits(shared) : own;
  const templates = createTable(1 << 12);
  const groups = createTable(1 << 14);
  const callers = new Map<string, number>();
  /** Two words of each identity: the hash of its principal. */
  let hashes: number[] = [];
  let [templatesTold, groupsTold] = [0, 0];
  const seconds = [...cuts].sort((a, b) => a - b).map((cut) => cut / 1000);

  /** Day and position between the cuts, as one small number. */
  const bucketOf = (time: number): number => {
    let after = 0;
    while (after < seconds.length && seconds[after]! <= time) after++;
    return Math.floor(time / DAY) * (seconds.length + 1) + after;
  };
  const identify = (raw: unknown, heard: Heard): number => {
    const text = callerText(raw);
    const known = callers.get(text);
    if (known !== undefined) return known;
    const number = callers.size;
    callers.set(text, number);
    hashes.push(...hash([(JSON.parse(text) as Caller).key]));
    heard.identity(text);
    return number;
  };
  const meet = (rows: Uint32Array, at: number, records: RowRecords, heard: Heard): number => {
    const { raw, decoded } = parseRecord(records.whole(rows, at));
    // Not kept: another record of the identity may be readable.
    if (!decoded.ok) return LEFT_TO_EXACT;
    const { principal } = decoded.event;
    let known = GROUPED;
    if (principal.kind === 'none') known = TOLD.has(principal.reason) ? LEFT_TO_EXACT : NOBODYS;
    else known += identify(raw, heard);
    identities.put(rows[at + 4]!, rows[at + 5]!, known);
    return known;
  };
  /** What the mapping did not read for one record it cannot read for another that is equal in everything else. */
  const isVolatile = (rows: Uint32Array, at: number, records: RowRecords): boolean | undefined => {
    const low = rows[at]! ^ Math.imul(rows[at + 4]!, 0x27d4eb2f);
    const high = rows[at + 1]! ^ rows[at + 5]!;
    const known = volatility.get(low, high);
    if (known >= 0) return known === 1;
    const { decoded } = parseRecord(records.whole(rows, at));
    if (!decoded.ok) return undefined;
    const volatile = readsVolatile(decoded.event, resolve);
    volatility.put(low, high, volatile ? 1 : 0);
    return volatile;
  };
  const templateOf = (
    rows: Uint32Array,
    at: number,
    identity: number,
    kept: () => Uint8Array,
    heard: Heard,
  ): number => {
    const low = rows[at]! ^ Math.imul(identity + 1, 0x27d4eb2f);
    const known = templates.get(low, rows[at + 1]!);
    if (known >= 0) return known;
    templates.put(low, rows[at + 1]!, templatesTold);
    heard.template(identity, rows[at]!, rows[at + 1]!, kept());
    return templatesTold++;
  };

  return {
    settle: (rows, at, records, heard) => {
      if (rows[at + STATUS] === EXACT) return TO_EXACT;
      let known = identities.get(rows[at + 4]!, rows[at + 5]!);
      if (known < 0) known = meet(rows, at, records, heard);
      if (known < GROUPED) return known === NOBODYS ? TO_NOBODY : TO_EXACT;
      let volatile: boolean | undefined = false;
      if (rows[at + STATUS] === UNSTEADY) {
        volatile = isVolatile(rows, at, records);
        if (volatile === undefined) return TO_EXACT;
        if (volatile) {
          rows[at]! ^= rows[at + 2]!;
          rows[at + 1]! ^= rows[at + 3]!;
        }
      }
      const identity = known - GROUPED;
      rows[at + 6] = mixed(rows[at + 6]!, hashes[identity * 2]!);
      rows[at + 7]! ^= hashes[identity * 2 + 1]!;
      const bucket = bucketOf(rows[at + 12]!);
      const low = rows[at]! ^ Math.imul(identity + 1, 0x85ebca6b);
      const high = rows[at + 1]! ^ Math.imul(bucket + 1, 0xc2b2ae35);
      const group = groups.get(low, high);
      if (group >= 0) return group;
      const whole = volatile;
      const template = templateOf(rows, at, identity, () => records.kept(rows, at, whole), heard);
      heard.group(template, bucket);
      groups.put(low, high, groupsTold);
      return groupsTold++;
    },
    clear: () => {
      for (const table of [identities, own, templates, groups]) table.clear();
      callers.clear();
      hashes = [];
      templatesTold = groupsTold = 0;
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
  resolve({
    ...event,
    get responseElements() {
      return noticed(responseElements);
    },
    get additionalEventData() {
      return noticed(additionalEventData);
    },
  });
  return read;
}
