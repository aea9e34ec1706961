/** One object's bytes to one batch: inflate, find the records, parse and decode those that can matter. Never throws. */
import { decode, preview } from '../../events/decode.ts';
import type { TrailEvent } from '../../events/event.ts';
import type { Rejection } from '../../events/rejection.ts';
import { type Batch, isWanted, type ObjectRef, type PrincipalFilter } from '../source.ts';
import { inflate } from './inflate.ts';
import { type Damage, type Spans, Splitter } from './split.ts';

export interface ScanOptions {
  /** Undefined: every record becomes an event. Else only records of these principals do; the others are counted. */
  readonly principals?: readonly PrincipalFilter[];
}

/**
 * Reads one object of a trail: gzip (told by its magic) or plain; `{"Records":[...]}`, an array, one record, or NDJSON.
 * A record that does not decode is a rejection; an object that does not read is a gap, with the records before the
 * damage kept and `partial` set.
 */
export function scanObject(bytes: Uint8Array, object: ObjectRef, options: ScanOptions = {}): Batch {
  const inflated = inflate(bytes);
  const splitter = new Splitter();
  const spans: Spans = [];
  splitter.feed(inflated.bytes, spans, true);
  const taken = takeRecords(inflated.bytes, spans, options.principals);
  const damage = inflated.damage ?? splitter.damage;
  return {
    object,
    records: spans.length / 2,
    ...taken,
    ...(damage ? { gap: gapOf(object, damage, spans.length > 0) } : {}),
  };
}

const gapOf = (object: ObjectRef, { reason, detail }: Damage, partial: boolean) => ({
  object,
  reason,
  detail,
  partial,
});

type Taken = Pick<Batch, 'events' | 'skippedOtherPrincipal' | 'rejections'>;

function takeRecords(bytes: Uint8Array, spans: Spans, wanted: readonly PrincipalFilter[] | undefined): Taken {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const events: TrailEvent[] = [];
  const rejections: Rejection[] = [];
  let skippedOtherPrincipal = 0;
  for (let index = 0; index < spans.length; index += 2) {
    const source = text.toString('utf8', spans[index], spans[index + 1]);
    const decoded = parse(source);
    if (!decoded.ok) rejections.push(decoded.rejection);
    else if (wanted && !isWanted(decoded.event.principal, wanted)) skippedOtherPrincipal++;
    else events.push(decoded.event);
  }
  return { events, skippedOtherPrincipal, rejections };
}

function parse(source: string): ReturnType<typeof decode> {
  let raw: unknown;
  try {
    raw = JSON.parse(source);
  } catch {
    return { ok: false, rejection: { reason: 'invalid-json', detail: preview(source.slice(0, 200)) } };
  }
  return decode(raw);
}
