/** The records that `explain` is given: one record, a list, `{"Records":[...]}`, lookup-events output, NDJSON; gzipped or not. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { UsageError } from '../errors.ts';
import { decode } from '../events/decode.ts';
import type { TrailEvent } from '../events/event.ts';
import type { Io } from './command.ts';

export interface ReadEvents {
  readonly events: readonly TrailEvent[];
  /** What could not be read, one line each, naming the record. */
  readonly problems: readonly string[];
}

/** A file of logs is at most 50 MB before compression; a file of many lines may be larger. */
const MAX_BYTES = 1 << 30;

/** Reads a file, or standard input for `-`. Throws a UsageError where nothing in it is a record. */
export async function readEvents(name: string, io: Io): Promise<ReadEvents> {
  const bytes = name === '-' ? await buffer(io.stdin) : await readFile(name).catch(unreadable(name));
  const text = unzipped(bytes, name)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const label = name === '-' ? 'standard input' : `\`${name}\``;
  if (text.trim() === '') throw new UsageError(`${label} is empty: give CloudTrail records`);
  const problems: string[] = [];
  const events: TrailEvent[] = [];
  const values = valuesOf(text, problems, label);
  values.forEach((value, index) => {
    const decoded = decode(value);
    if (decoded.ok) events.push(decoded.event);
    else
      problems.push(
        `record ${index + 1} of ${label}: ${decoded.rejection.reason}, ${decoded.rejection.detail}`,
      );
  });
  if (events.length === 0)
    throw new UsageError(`${label} holds no CloudTrail record: ${problems[0] ?? 'the list is empty'}`);
  return { events, problems };
}

const unreadable =
  (name: string) =>
  (error: NodeJS.ErrnoException): never => {
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`;
    throw new UsageError(`\`${name}\` ${why}`);
  };

function unzipped(bytes: Buffer, name: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw new UsageError(`\`${name}\` is damaged gzip: ${(error as Error).message}`);
  }
}

function valuesOf(text: string, problems: string[], label: string): readonly unknown[] {
  const whole = parsed(text);
  if (whole !== undefined) return unwrapped(whole);
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value = parsed(line);
    if (value !== undefined) return unwrapped(value);
    problems.push(`line ${index + 1} of ${label} is not JSON`);
    return [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `aws cloudtrail lookup-events` gives `{"Events":[{"CloudTrailEvent":"{...}"}]}`. */
function unwrapped(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(unwrapped);
  if (value === null || typeof value !== 'object') return [value];
  const members = value as { Records?: unknown; Events?: unknown; CloudTrailEvent?: unknown };
  if (Object.hasOwn(value, 'Records') && Array.isArray(members.Records)) return members.Records;
  if (Object.hasOwn(value, 'Events') && Array.isArray(members.Events))
    return members.Events.flatMap(unwrapped);
  if (Object.hasOwn(value, 'CloudTrailEvent') && typeof members.CloudTrailEvent === 'string')
    return [parsed(members.CloudTrailEvent)];
  return [value];
}
