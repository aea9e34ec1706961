/**
 * The half of the aggregate that looks at records: says of each row whether it can be grouped, and by what. Several may
 * work side by side, each in a thread; what they say of a record is the same.
 */
import { callerOf } from '../../events/decode.ts';
import { type JsonObject, member, type TrailEvent } from '../../events/event.ts';
import { createTable } from './hash-table.ts';
import { EXACT, type RowRecords, STATUS, UNSTEADY } from './kernel.ts';
import { parseRecord } from './record.ts';

/** Statuses that a row has afterwards, besides 0 and EXACT. The volatile members count, and are part of the key. */
export const VOLATILE = UNSTEADY;
/** The record's principal has no policies, and nothing is told of it. */
export const NOBODY = 4;

export interface Front {
  /** Settles the key and the status of the row at `at`. True: no other row had its identity. */
  settle(rows: Uint32Array, at: number, records: RowRecords): boolean;
  clear(): void;
}

/** Nobody's policies, but a review tells what they did. */
const TOLD: ReadonlySet<string> = new Set(['root', 'other-account']);
const GROUPED = 0;

/** `resolve` is what the run maps events with; watched here for whether it reads the volatile members. */
export function createFront(resolve: (event: TrailEvent) => unknown): Front {
  /** By the hash of a userIdentity: the status of its records. */
  const identities = createTable();
  /** By key and identity: whether the volatile members count. */
  const volatility = createTable(1 << 12);

  const meet = (rows: Uint32Array, at: number, records: RowRecords): number => {
    const { raw, decoded } = parseRecord(records.whole(rows, at));
    // Not kept: another record of the identity may be readable.
    if (!decoded.ok) return EXACT;
    const { principal } = callerOf(member(raw as JsonObject, 'userIdentity'));
    const status = principal.kind !== 'none' ? GROUPED : TOLD.has(principal.reason) ? EXACT : NOBODY;
    identities.put(rows[at + 4]!, rows[at + 5]!, status);
    return status;
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

  return {
    settle: (rows, at, records) => {
      if (rows[at + STATUS] === EXACT) return false;
      const known = identities.get(rows[at + 4]!, rows[at + 5]!);
      const status = known < 0 ? meet(rows, at, records) : known;
      if (status !== GROUPED) rows[at + STATUS] = status;
      else if (rows[at + STATUS] === UNSTEADY) {
        const volatile = isVolatile(rows, at, records);
        if (volatile) {
          rows[at]! ^= rows[at + 2]!;
          rows[at + 1]! ^= rows[at + 3]!;
        }
        rows[at + STATUS] = volatile === undefined ? EXACT : volatile ? VOLATILE : 0;
      }
      return known < 0;
    },
    clear: () => {
      identities.clear();
      volatility.clear();
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
