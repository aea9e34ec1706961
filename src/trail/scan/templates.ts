/**
 * What is kept of one record of each group, as bytes. Sessions of one role, and many roles, make the same calls from other
 * addresses: what such records say is parsed and decoded once for all of them.
 */
import { randomUUID } from 'node:crypto';
import { decodeCommon } from '../../events/decode.ts';
import type { JsonObject, TrailEvent } from '../../events/event.ts';
import { createArena } from './arena.ts';
import { createTable } from './hash-table.ts';
import { CHUNK } from './kernel.ts';
import type { RowHash } from './rows.ts';

/** What a template says. */
export interface Said {
  /** Without caller, address and sightings; the same object for templates that differ in no more. */
  readonly common: TrailEvent;
  readonly sourceIp: string | undefined;
}

export interface Templates {
  /** Bytes held. */
  readonly bytes: number;
  /** Copies; numbers count up from 0. */
  add(kept: Uint8Array): number;
  /** All numbers, those next to each other that say the same. */
  inOrder(): Uint32Array;
  /** Undefined for what is no JSON. Fast for one after another in order. */
  read(number: number): Said | undefined;
  clear(): void;
}

const ADDRESS = Buffer.from('"sourceIPAddress":"');
const QUOTE = 0x22;
/** Of these an address consists, and they stand for themselves in JSON. */
const PLAIN = /^[\w.:-]*$/;

export function createTemplates(hash: RowHash): Templates {
  const arena = createArena();
  const known = createTable(1 << 12);
  /** Of each template: the number of what it says, and where its address lies; nowhere where start and end are 0. */
  let [bodies, starts, ends]: [number[], number[], number[]] = [[], [], []];
  let count = 0;
  /** In place of an address; no log can hold it. */
  const mark = randomUUID();
  let last: { readonly body: number; readonly common: TrailEvent | undefined } | undefined;

  /** The number of what is the same but for the address. */
  const bodyOf = (kept: Buffer, start: number, end: number): number => {
    if (kept.length > CHUNK) return count++;
    const [low, high] = hash([kept.subarray(0, start), kept.subarray(end)]);
    const met = known.get(low, high);
    if (met >= 0) return met;
    known.put(low, high, count);
    return count++;
  };
  /** Undefined where what was cut out is no member of the record itself, but of something in it. */
  const commonOf = (kept: Buffer, start: number, end: number): TrailEvent | undefined => {
    const record = parsed(kept.toString('utf8', 0, start) + mark + kept.toString('utf8', end));
    return record?.sourceIPAddress === mark ? decodeCommon({ ...record, sourceIPAddress: null }) : undefined;
  };

  return {
    get bytes() {
      return arena.bytes;
    },
    add: (value) => {
      const number = arena.add(value);
      const kept = arena.read(number);
      const found = kept.indexOf(ADDRESS);
      let start = found < 0 ? 0 : found + ADDRESS.length;
      let end = found < 0 ? 0 : kept.indexOf(QUOTE, start);
      if (end < 0 || !PLAIN.test(kept.toString('latin1', start, end))) start = end = 0;
      bodies.push(bodyOf(kept, start, end));
      starts.push(start);
      ends.push(end);
      return number;
    },
    inOrder: () => sorted(bodies.length, count, (number) => bodies[number]!),
    read: (number) => {
      const kept = arena.read(number);
      const [body, start, end] = [bodies[number]!, starts[number]!, ends[number]!];
      if (end > 0) {
        if (last?.body !== body) last = { body, common: commonOf(kept, start, end) };
        if (last.common)
          return {
            common: last.common,
            sourceIp: start === end ? undefined : kept.toString('latin1', start, end),
          };
      }
      const record = parsed(kept.toString());
      const address = record?.sourceIPAddress;
      return (
        record && {
          common: decodeCommon({ ...record, sourceIPAddress: null }),
          sourceIp: typeof address === 'string' && address !== '' ? address : undefined,
        }
      );
    },
    clear: () => {
      arena.clear();
      known.clear();
      [bodies, starts, ends] = [[], [], []];
      count = 0;
      last = undefined;
    },
  };
}

function parsed(text: string): JsonObject | undefined {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}

/** Numbers below `size`, those of one key together, by key and then number; keys are below `keys`. */
export function sorted(size: number, keys: number, keyOf: (number: number) => number): Uint32Array {
  const next = new Uint32Array(keys + 1);
  for (let number = 0; number < size; number++) next[keyOf(number) + 1]! += 1;
  for (let key = 1; key <= keys; key++) next[key]! += next[key - 1]!;
  const out = new Uint32Array(size);
  for (let number = 0; number < size; number++) out[next[keyOf(number)]!++] = number;
  return out;
}
