/** One record's bytes or text to an event. Never throws. */
import { type Decoded, decode, preview } from '../../events/decode.ts';

export interface ParsedRecord {
  /** The value as JSON.parse gave it; undefined where it is no JSON. */
  readonly raw: unknown;
  readonly decoded: Decoded;
}

/** Parses and decodes. `others` are members set on the record first, in place of its own. */
export function parseRecord(source: string, others?: Readonly<Record<string, unknown>>): ParsedRecord {
  let raw: unknown;
  try {
    raw = JSON.parse(source);
  } catch {
    const detail = preview(source.slice(0, 200));
    return { raw: undefined, decoded: { ok: false, rejection: { reason: 'invalid-json', detail } } };
  }
  if (others) Object.assign(raw as object, others);
  return { raw, decoded: decode(raw) };
}
