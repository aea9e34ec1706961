/**
 * What was found in each object, kept so that a second run reads only new objects and a killed one goes on where it was.
 * Entries are facts about immutable content (bucket, key, ETag, size) under one filter and one knowledge version, so they
 * never go stale and any number of processes may write: each has its own segments and never touches another's.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { UsageError } from '../../errors.ts';
import { oneLine } from '../aws-error.ts';
import type { Content } from '../digest/logs.ts';
import type { Batch, ObjectGap, ObjectRef, PrincipalFilter } from '../source.ts';
import { createSegment, type Place, readIndex, readPayload, type SegmentWriter } from './segment.ts';

/** What all entries of a scope have in common. */
export interface StoreScope {
  readonly bucket: string;
  /** Version of everything that turns bytes into events; a new one starts an empty scope. */
  readonly knowledge: string;
  readonly principals?: readonly PrincipalFilter[];
}

export interface ObjectIdentity {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
}

export interface AggregateStore {
  /** What an earlier run found in the object; undefined where it has to be read. */
  get(identity: ObjectIdentity, object: ObjectRef): Scanned | undefined;
  /** Keeps what was found; on disk when it returns. A disk that fails ends the keeping, not the run. */
  put(identity: ObjectIdentity, found: Scanned): void;
  /** As `get` and `put`, for a value that is no batch: of an object that holds no events. */
  note(identity: ObjectIdentity): unknown;
  keepNote(identity: ObjectIdentity, value: unknown): void;
  /** Why nothing more is kept; undefined while all is well. */
  problem(): string | undefined;
  close(): void;
}

/** What was found in an object, and its hash where that was asked for. */
export interface Scanned {
  readonly batch: Batch;
  readonly content?: Content;
}

type Kept = Omit<Batch, 'object' | 'gap'> & {
  readonly gap?: Omit<ObjectGap, 'object'>;
  readonly content?: Content;
};

const FORMAT = 1;
export const SEGMENT = '.seg';
export const SCOPE_FILE = 'scope.json';
const SEGMENT_BYTES = 32 * 1024 * 1024;
const OPEN_FILES = 32;
/** Of one scope. Past it nothing more is kept: a disk is not filled for the sake of speed. */
const LARGEST_SCOPE = 4 * 1024 * 1024 * 1024;
/** A segment that nobody has added to for so long serves no window any more. */
const KEPT_MS = 400 * 86_400_000;

/** Opens the scope's part of the store, making the folder (for its owner only) where needed. */
export function openStore(directory: string, scope: StoreScope): AggregateStore {
  const folder = join(directory, scopeId(scope));
  prepare(directory, folder, scope);
  const index = new Map<string, { readonly path: string; readonly place: Place }>();
  let bytes = 0;
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (!name.endsWith(SEGMENT) || expired(path)) continue;
    bytes += statSync(path).size;
    for (const [key, place] of readIndex(path)) index.set(key, { path, place });
  }
  const files = new OpenFiles();
  let writer: SegmentWriter | undefined;
  let problem: string | undefined;
  const load = (key: string): unknown => {
    const found = index.get(key);
    if (!found) return undefined;
    try {
      const payload = readPayload(files.open(found.path), key, found.place);
      if (payload) return JSON.parse(inflateRawSync(payload).toString('utf8'));
    } catch {
      // Gone or damaged: the object is read again.
    }
    index.delete(key);
    return undefined;
  };
  const save = (key: string, value: unknown): void => {
    if (problem !== undefined) return;
    try {
      if (writer && writer.bytes > SEGMENT_BYTES) {
        writer.close();
        writer = undefined;
      }
      writer ??= createSegment(join(folder, `${process.pid}-${randomBytes(8).toString('hex')}${SEGMENT}`));
      const payload = deflateRawSync(JSON.stringify(value, withoutSecrets), { level: 1 });
      writer.append(key, payload);
      bytes += payload.length;
      if (bytes > LARGEST_SCOPE)
        problem = `the store \`${directory}\` is full; run \`gen-policy cache clear\``;
    } catch (error) {
      problem = `the store \`${directory}\` cannot be written (${oneLine(error)})`;
    }
  };
  return {
    get(identity, object) {
      const kept = load(entryKey(identity));
      return kept === undefined ? undefined : restored(kept as Kept, object);
    },
    put(identity, { batch: { object: _object, gap, ...found }, content }) {
      const kept: Kept = {
        ...found,
        ...(gap && { gap: { reason: gap.reason, detail: gap.detail, partial: gap.partial } }),
        ...(content && { content }),
      };
      save(entryKey(identity), kept);
    },
    note: (identity) => load(noteKey(identity)),
    keepNote: (identity, value) => save(noteKey(identity), value),
    problem: () => problem,
    close() {
      files.close();
      writer?.close();
      writer = undefined;
    },
  };
}

const restored = ({ gap, content, ...found }: Kept, object: ObjectRef): Scanned => ({
  batch: { object, ...found, ...(gap && { gap: { object, ...gap } }) },
  ...(content && { content }),
});

const noteKey = (identity: ObjectIdentity): string => sha256(['note', entryKey(identity)]);
const entryKey = ({ key, etag, bytes }: ObjectIdentity): string => sha256([key, etag, bytes]);

function scopeId({ bucket, knowledge, principals }: StoreScope): string {
  const filter = principals?.map(({ kind, name, accountId, arn }) =>
    JSON.stringify([kind, name.toLowerCase(), accountId ?? null, arn ?? null]),
  );
  return sha256([FORMAT, bucket, knowledge, filter ? [...new Set(filter)].sort() : null]).slice(0, 32);
}

/** A response of STS holds the session it gave away, and no permission is ever found from it: it stays off the disk. */
const withoutSecrets = (member: string, value: unknown): unknown =>
  member === 'sessionToken' || member === 'secretAccessKey' ? undefined : value;

const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

function prepare(directory: string, folder: string, scope: StoreScope): void {
  try {
    makeFolder(folder);
    const { uid, mode } = statSync(directory);
    const owner = process.getuid?.();
    if (owner !== undefined && (uid !== owner || (mode & 0o077) !== 0))
      throw new UsageError(
        `the store \`${directory}\` is open to other users; run \`chmod 700\` on it or choose another`,
      );
    describe(folder, scope);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `the store \`${directory}\` cannot be used (${oneLine(error)}); choose another or do without`,
    );
  }
}

/** Level by level: Node's own recursive mkdir never ends where a file system (`/proc`) says ENOENT to a new folder. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another run was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Tells people, through `cache stats`, what a scope's folder holds. */
function describe(folder: string, { bucket, knowledge, principals }: StoreScope): void {
  const path = join(folder, SCOPE_FILE);
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const names = principals?.map(({ kind, name }) => `${kind}/${name}`).sort();
  writeFileSync(aside, `${JSON.stringify({ bucket, knowledge, ...(names && { principals: names }) })}\n`, {
    mode: 0o600,
  });
  renameSync(aside, path);
}

function expired(path: string): boolean {
  try {
    if (Date.now() - statSync(path).mtimeMs < KEPT_MS) return false;
    unlinkSync(path);
  } catch {
    // Another process was faster.
  }
  return true;
}

/** Descriptors of the segments read last. */
class OpenFiles {
  readonly #open = new Map<string, number>();

  open(path: string): number {
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const [oldest] = this.#open;
    if (oldest && this.#open.size >= OPEN_FILES) {
      closeSync(oldest[1]);
      this.#open.delete(oldest[0]);
    }
    const descriptor = openSync(path, 'r');
    this.#open.set(path, descriptor);
    return descriptor;
  }

  close(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }
}
