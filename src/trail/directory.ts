/** `--source dir`: a folder (or one file) with logs in the S3 layout, or loose JSON, gzip and NDJSON files. */
import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { type CopyCandidate, copiesAmong } from './copies.ts';
import type { Inspect } from './digest/withhold.ts';
import { type DigestFile, readDelivered } from './digest-folder.ts';
import { createInventory, type Inventory } from './inventory.ts';
import { type IgnoredKind, parseObjectKey } from './layout.ts';
import { scanAll } from './scan/files.ts';
import type {
  Batch,
  CoverageCell,
  ObjectGap,
  ObjectRef,
  ReadOptions,
  SourceFacts,
  TrailSource,
  Window,
} from './source.ts';

const LOOSE = /\.(?:json|jsonl|ndjson)(?:\.gz)?$|\.gz$/i;
const DAY = 86_400_000;

interface Found extends CopyCandidate {
  readonly object: ObjectRef;
  /** A log to read, or what kind of sibling it is. */
  readonly kind: 'log' | Exclude<IgnoredKind, 'other'> | 'other file';
  /** A file outside the S3 layout: what it holds decides whether it is a log. */
  readonly loose: boolean;
}

interface Listing {
  /** Logs that can hold events of the window, sorted by name. */
  readonly wanted: readonly Found[];
  /** Those and the ones delivered before it. */
  readonly files: readonly Found[];
  readonly digests: readonly DigestFile[];
  /** Names of all logs, those of copies too. */
  readonly present: readonly string[];
  readonly copies: number;
}

/** What a folder or file holds, by name and size alone. `ignore` is told of all that is left out. */
async function listFiles(
  location: string,
  info: Stats,
  window: Window,
  ignore: (kind: string) => void,
  inspected = false,
): Promise<Listing> {
  const all = info.isDirectory() ? await walk(location, ignore) : [oneFile(location, info.size)];
  // The name of a copy is mostly longer: `x-copy.json.gz`, `again/x.json.gz`.
  const shortest = [...all].sort((a, b) => a.path.length - b.path.length);
  const repeated = inspected ? new Set<Found>() : copiesAmong(shortest);
  const once = all.filter((one) => !repeated.has(one));
  const files = once.filter(({ kind }) => kind === 'log');
  const digests: DigestFile[] = [];
  for (const one of once) {
    if (one.kind === 'digest') digests.push({ name: one.object.name, path: one.path });
    if (one.kind !== 'log') ignore(one.kind);
  }
  // CloudTrail delivers an event after it happened, so a folder from before the window holds none of it.
  const early = ({ object: { day } }: Found): boolean =>
    day !== undefined && Date.parse(`${day}T00:00:00Z`) + 2 * DAY <= window.from;
  const wanted = files.filter((file) => !early(file));
  for (let skipped = files.length - wanted.length; skipped > 0; skipped--)
    ignore('delivered before the window');
  const present = all.filter(({ kind }) => kind === 'log').map(({ object }) => object.name);
  return { wanted, files, digests, present, copies: repeated.size };
}

const infoOf = (location: string): Promise<Stats> =>
  stat(location).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === 'ENOENT'
        ? `\`--logs ${location}\` does not exist: give a folder or file with CloudTrail logs`
        : `\`--logs ${location}\` cannot be read (${error.code ?? error.message})`,
    );
  });

/** Looks at a folder without reading its logs: only digests are read. Throws a UsageError where there is none. */
export async function inventoryDirectory(location: string, window: Window): Promise<DirectoryInventory> {
  const tally = createInventory();
  const listing = await listFiles(location, await infoOf(location), window, tally.ignore);
  for (const { object } of listing.wanted) tally.add(object);
  const told = await readDelivered(listing.digests, listing.present, window);
  for (const gap of told?.missing ?? []) tally.gap(gap);
  return {
    ...tally.done(location),
    ...(told ? { delivered: told.cells } : {}),
    files: listing.wanted.map(({ path, object }) => ({ path, object })),
  };
}

export interface DirectoryInventory extends Inventory {
  readonly files: readonly { readonly path: string; readonly object: ObjectRef }[];
}

/** Opens a folder or a file. Throws a UsageError where there is none. */
export async function openDirectory(location: string): Promise<TrailSource> {
  return (await directoryOpener(location))();
}

/**
 * As `openDirectory`, for a source that asks of each file whether it is evidence; then copies are read, too, for each has
 * a name that a digest lists or not.
 */
export async function directoryOpener(location: string): Promise<(inspect?: Inspect) => TrailSource> {
  const info = await infoOf(location);
  return (inspect) => sourceOf(location, info, inspect);
}

function sourceOf(location: string, info: Stats, inspect: Inspect | undefined): TrailSource {
  const ignored = new Map<string, number>();
  const cells = new Map<string, CoverageCell>();
  let [listed, read, bytes, copies] = [0, 0, 0, 0];
  let delivered: readonly CoverageCell[] | undefined;
  const ignore = (kind: string): void => void ignored.set(kind, (ignored.get(kind) ?? 0) + 1);

  async function* batches({
    window,
    principals,
    aggregate,
    signal,
    onProgress,
  }: ReadOptions): AsyncGenerator<Batch> {
    const listing = await listFiles(location, info, window, ignore, inspect !== undefined);
    const { wanted, files, digests, present } = listing;
    copies = listing.copies;
    listed = files.length;
    const total = files.reduce((sum, { object }) => sum + object.bytes, 0);
    let [records, bytesDone, objectsDone] = [0, 0, files.length - wanted.length];
    const options = {
      ...(principals ? { principals } : {}),
      ...(aggregate ? { aggregate } : {}),
      ...(inspect ? { inspect } : {}),
    };
    for await (const { file, batch, bytes: size, failed } of scanAll(wanted, options)) {
      signal?.throwIfAborted();
      if (!file || !batch) {
        if (file) yield unreadable(file.object, failed);
        else if (batch) yield batch;
        continue;
      }
      const { object, loose } = file;
      objectsDone++;
      bytesDone += object.bytes;
      // A manifest or an inventory beside the logs is no gap in them.
      if (loose && batch.records === 0 && batch.gap?.reason === 'no-records-key') {
        ignore('JSON without CloudTrail records');
        continue;
      }
      read++;
      bytes += size;
      records += batch.records;
      if (batch.gap === undefined || batch.gap.partial) cover(cells, object);
      onProgress?.({
        objectsDone,
        objectsTotal: files.length,
        bytesDone,
        bytesTotal: total,
        records,
      });
      yield batch;
    }
    const told = await readDelivered(digests, present, window);
    delivered = told?.cells;
    for (const gap of told?.missing ?? [])
      yield { object: gap.object, records: 0, events: [], skippedOtherPrincipal: 0, rejections: [], gap };
  }

  return {
    read: batches,
    facts: (): SourceFacts => ({
      kind: 'dir',
      location,
      objectsListed: listed,
      objectsRead: read,
      bytesRead: bytes,
      ignored: [...ignored].sort(([a], [b]) => (a < b ? -1 : 1)),
      cells: [...cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell),
      ...(delivered ? { delivered } : {}),
      ...(copies > 0 ? { copies } : {}),
    }),
  };
}

/** Every file below a folder, sorted by its path with `/`, so that nothing depends on the file system's order. */
async function walk(root: string, ignore: (kind: string) => void): Promise<readonly Found[]> {
  const found: Found[] = [];
  const entered = new Set<string>([await realpath(root)]);
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const info = await stat(path).catch(() => undefined);
      if (info === undefined) {
        ignore('dangling link');
      } else if (info.isDirectory()) {
        // A link into a folder that was entered already would count its files twice, or never end.
        const real = await realpath(path);
        if (entered.has(real)) ignore('folder linked twice');
        else {
          entered.add(real);
          await visit(path);
        }
      } else if (info.isFile()) {
        found.push(classify(relative(root, path).split(sep).join('/'), path, info.size));
      }
    }
  };
  await visit(root);
  return found.sort((a, b) => (a.object.name < b.object.name ? -1 : 1));
}

function classify(name: string, path: string, bytes: number): Found {
  const key = parseObjectKey(name);
  const object = { name, bytes };
  if (key.kind === 'log') {
    const { accountId, region, day } = key;
    const claim = `${accountId}/${region}/${day}`;
    return { path, bytes, claim, kind: 'log', loose: false, object: { ...object, accountId, region, day } };
  }
  if (key.what !== 'other') return { path, bytes, claim: key.what, kind: key.what, loose: false, object };
  return { path, bytes, claim: '', kind: LOOSE.test(name) ? 'log' : 'other file', loose: true, object };
}

/** A file that was named is read, whatever it is called. */
const oneFile = (path: string, bytes: number): Found => ({
  ...classify(basename(path), path, bytes),
  kind: 'log',
  loose: false,
});

function cover(cells: Map<string, CoverageCell>, { accountId, region, day }: ObjectRef): void {
  if (accountId === undefined || region === undefined || day === undefined) return;
  const key = `${accountId}/${region}/${day}`;
  cells.set(key, { accountId, region, day, objects: (cells.get(key)?.objects ?? 0) + 1 });
}

function unreadable(object: ObjectRef, code: string | undefined): Batch {
  const gap: ObjectGap = {
    object,
    reason: code === 'ENOENT' ? 'not-found' : code === 'EACCES' ? 'access-denied' : 'unreadable',
    detail: `${object.name}: ${code ?? 'unreadable'}`,
    partial: false,
  };
  return { object, records: 0, events: [], skippedOtherPrincipal: 0, rejections: [], gap };
}
