/**
 * The ledger: batches in, one PrincipalUsage per principal out. Adding is commutative and associative, so neither
 * order nor batching nor the number of workers matters; every record ends in exactly one bucket.
 */
import type { Attribution, TrailEvent } from '../events/event.ts';
import type { Resolution } from '../permissions/permission.ts';
import { type Batch, isWanted, type PrincipalFilter, type Window } from '../trail/source.ts';
import { createEntries, dayOf, keysOf, type Mapped, onceEach } from './entries.ts';
import { createIdSet } from './id-set.ts';
import { Budget, LIMITS, type Limits } from './many.ts';
import { byCodeUnit, createDistinct, createSeen } from './seen.ts';
import { type Accounting, BUCKETS, type Bucket, type PrincipalRef, type PrincipalUsage } from './usage.ts';

export interface LedgerOptions {
  readonly window: Window;
  readonly resolve: (event: TrailEvent) => Resolution;
  /** Undefined: every principal. */
  readonly wanted?: readonly PrincipalFilter[];
  /** A reason to leave an event out of the evidence (`--exclude-window`, `--exclude-session`), or undefined. */
  readonly exclude?: (event: TrailEvent) => string | undefined;
  /** How many resources are held by name; `LIMITS` where not set. */
  readonly limits?: Limits;
}

export interface Ledger {
  add(batch: Batch): void;
  /** Principals seen, sorted by account, kind and name. */
  principals(): readonly PrincipalRef[];
  /** Records whose id could not be remembered any more: copies among them counted twice. */
  unremembered(): number;
  /** Principals that were refused on more resources than are held: what AWS said of each is held without its name. */
  unnamedDenials(): number;
  /** Usage of one principal; for one that was never seen, an empty usage under the given reference. */
  usage(principal: PrincipalRef): PrincipalUsage;
}

/** IAM names are unique in an account whatever their case; the path is not always known. */
const identity = (one: { kind: string; accountId: string; name: string }): string =>
  JSON.stringify([one.accountId, one.kind, one.name.toLowerCase()]);

/** As `identity`, for one spelling of the name, and cheap to make: the length keeps account and name apart. */
const spelling = (one: { kind: string; accountId: string; name: string }): string =>
  `${one.kind} ${one.accountId.length} ${one.accountId}${one.name}`;
/** Names come from logs: past this many spellings they are no longer kept. */
const MAX_SPELLINGS = 50_000;

export function createLedger(options: LedgerOptions): Ledger {
  const books = new Map<string, ReturnType<typeof createBook>>();
  const spellings = new Map<string, ReturnType<typeof createBook>>();
  /** Events of one group of records share their principal. */
  let last: { readonly principal: Attribution; readonly book: ReturnType<typeof createBook> } | undefined;
  const ids = createIdSet();
  const budget = new Budget(options.limits ?? (options.wanted ? LIMITS.some : LIMITS.all));
  const once: Once = { keys: onceEach(keysOf), services: onceEach(servicesOf) };
  /** Copies for a resource owner's account, until it is known whether the caller's own copy was read as well. */
  const copies = new Map<string, TrailEvent>();
  const sharedSeen = createIdSet();
  const malformed = new Map<string, number>();
  let records = 0;

  const bookOf = (event: Pick<TrailEvent, 'principal'>): ReturnType<typeof createBook> | undefined => {
    const { principal } = event;
    if (principal === last?.principal) return last.book;
    if (principal.kind === 'none' || !isWanted(principal, options.wanted)) return undefined;
    const spelled = spelling(principal);
    const met = spellings.get(spelled);
    if (met) {
      last = { principal, book: met };
      return met;
    }
    const key = identity(principal);
    const known = books.get(key) ?? createBook(options, budget, once);
    books.set(key, known);
    if (spellings.size < MAX_SPELLINGS) spellings.set(spelled, known);
    return known;
  };
  const enter = (event: TrailEvent): void => {
    const book = bookOf(event);
    if (!book) return;
    book.meet(event);
    const shared = sharedKey(event);
    const foreign = shared !== undefined && isOwnersCopy(event);
    if (shared !== undefined && !foreign) sharedSeen.add(shared);
    if (event.count === 1 && event.dedupeKey !== '' && !ids.add(event.dedupeKey))
      book.count('duplicate', 'same event id', 1);
    else if (!foreign) book.enter(event);
    else if (keepCopy(copies, shared, event))
      book.count('duplicate', 'copy for the resource owner', event.count);
  };

  /** Copies count only where the caller's own record was not read. Runs on every result; settled copies stay settled. */
  const settleCopies = (): void => {
    for (const [id, event] of copies) {
      if (sharedSeen.has(id)) bookOf(event)?.count('duplicate', 'copy for the resource owner', event.count);
      else bookOf(event)?.enter(event);
    }
    for (const id of copies.keys()) sharedSeen.add(id);
    copies.clear();
  };

  return {
    add: (batch) => {
      records += batch.records;
      for (const { reason } of batch.rejections) malformed.set(reason, (malformed.get(reason) ?? 0) + 1);
      for (const event of batch.events) enter(event);
      for (const [principal, copies] of batch.duplicates ?? []) {
        const book = bookOf({ principal });
        book?.meet({ principal });
        book?.count('duplicate', 'same event id', copies);
      }
    },
    unremembered: () => ids.unremembered + sharedSeen.unremembered,
    unnamedDenials: () => [...books.values()].filter((book) => book.unnamedDenials()).length,
    principals: () =>
      [...books].sort(([a], [b]) => byCodeUnit(a, b)).flatMap(([, book]) => book.principal() ?? []),
    usage: (principal) => {
      settleCopies();
      const book = books.get(identity(principal)) ?? createBook(options, budget, once);
      return book.usage(principal, records, malformed);
    },
  };
}

/** All copies of a call share an id and, of course, the caller; a forged id joins nothing of another principal's. */
function sharedKey({ principal, sharedEventId }: TrailEvent): string | undefined {
  if (sharedEventId === undefined || principal.kind === 'none') return undefined;
  return `${identity(principal)} ${sharedEventId}`;
}

/** True for a record that CloudTrail delivered to the account that owns the resource, not to the caller's. */
const isOwnersCopy = ({ principal, recipientAccountId }: TrailEvent): boolean =>
  recipientAccountId !== undefined &&
  principal.accountId !== undefined &&
  recipientAccountId !== principal.accountId;

/** Keeps one copy per shared id, whichever order they come in: the one with the smallest key. True when one was spare. */
function keepCopy(copies: Map<string, TrailEvent>, id: string, event: TrailEvent): boolean {
  const other = copies.get(id);
  if (!other || event.dedupeKey < other.dedupeKey) copies.set(id, event);
  return other !== undefined;
}

/** Shared by all books: events of many principals have one answer. */
interface Once {
  readonly keys: (mapped: Mapped) => readonly string[];
  readonly services: (mapped: Mapped) => readonly string[];
}

function createBook({ window, resolve, exclude }: LedgerOptions, budget: Budget, once: Once) {
  const entries = createEntries(budget, once.keys);
  const buckets = new Map<Bucket, number>();
  const reasons = new Map<string, number>();
  const identities = new Map<string, ReturnType<typeof createSeen>>();
  const serviceDays = new Map<string, Map<number, number>>();
  const [sessions, sourceIps, workloads] = [createDistinct(), createDistinct(), createDistinct()];
  let ref: PrincipalRef | undefined;
  let last: { readonly like: object; readonly resolution: Resolution } | undefined;
  let own = 0;

  /** Returns undefined so that a caller can leave with the count. */
  const count = (bucket: Bucket, reason: string | undefined, by: number): undefined => {
    own += by;
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + by);
    if (reason === undefined) return;
    const key = `${bucket} ${reason}`;
    reasons.set(key, (reasons.get(key) ?? 0) + by);
  };
  /** Events of one call on many days come one after the other, and need the same. */
  const resolutionOf = (event: TrailEvent): Resolution => {
    if (event.like === undefined) return resolve(event);
    if (last?.like !== event.like) last = { like: event.like, resolution: resolve(event) };
    return last.resolution;
  };
  const witness = (event: TrailEvent): void => {
    const { principal } = event;
    if (principal.kind === 'none') return;
    if (principal.id !== undefined) {
      const seen = identities.get(principal.id) ?? createSeen();
      identities.set(principal.id, seen);
      seen.add(event.count, event.firstSeen, event.lastSeen, []);
    }
    if (principal.kind === 'role') sessions.add(principal.session);
    sourceIps.add(event.sourceIp);
    workloads.add(event.workload);
  };

  return {
    count,
    unnamedDenials: entries.unnamedDenials,
    principal: () => ref,
    /** An ARN with a path beats one without; among equals the smallest, so that order does not matter. */
    meet: ({ principal }: Pick<TrailEvent, 'principal'>): void => {
      if (principal.kind === 'none') return;
      const { kind, arn, accountId, name } = principal;
      const better = !ref || arn.length > ref.arn.length || (arn.length === ref.arn.length && arn < ref.arn);
      if (better) ref = { kind, arn, accountId, name };
    },
    enter: (event: TrailEvent): undefined => {
      if (event.lastSeen < window.from || event.firstSeen >= window.to)
        return count('outside-window', undefined, event.count);
      const excluded = exclude?.(event);
      if (excluded !== undefined) return count('excluded', excluded, event.count);
      witness(event);
      const resolution = resolutionOf(event);
      if (resolution.status === 'no-permission')
        return count('no-permission', resolution.reason, event.count);
      if (event.outcome.kind === 'denied') {
        entries.denied(event, resolution);
        return count('denied', event.outcome.errorCode, event.count);
      }
      if (resolution.status === 'unmapped') {
        entries.unmapped(event, resolution.reason);
        return count('unmapped', `${event.eventSource} ${event.eventName}`, event.count);
      }
      entries.used(event, resolution);
      const day = dayOf(event.firstSeen);
      for (const service of once.services(resolution)) {
        const days = serviceDays.get(service) ?? new Map<number, number>();
        serviceDays.set(service, days);
        days.set(day, (days.get(day) ?? 0) + event.count);
      }
      if (event.supersedes !== undefined) return count('correction', undefined, event.count);
      const failed = event.outcome.kind === 'succeeded' ? undefined : event.outcome.errorCode;
      count(event.outcome.kind, failed, event.count);
    },
    usage: (
      principal: PrincipalRef,
      records: number,
      malformed: ReadonlyMap<string, number>,
    ): PrincipalUsage => ({
      principal: ref && ref.arn.length > principal.arn.length ? ref : principal,
      ids: [...identities]
        .sort(([a], [b]) => byCodeUnit(a, b))
        .map(([id, seen]) => {
          const { count: times, firstSeen, lastSeen } = seen.value();
          return { id, count: times, firstSeen, lastSeen };
        }),
      ...entries.result(),
      accounting: account(records, own, malformed, buckets, reasons),
      serviceDays: [...serviceDays]
        .flatMap(([service, days]) => [...days].map(([day, calls]) => [service, day, calls] as const))
        .sort((a, b) => byCodeUnit(a[0], b[0]) || a[1] - b[1]),
      sessions: sessions.value(),
      sourceIps: sourceIps.value(),
      workloads: workloads.value(),
    }),
  };
}

/** Both sides of a key's first space; neither buckets nor service prefixes hold one. */
function halves(key: string): readonly [string, string] {
  const space = key.indexOf(' ');
  return [key.slice(0, space), key.slice(space + 1)];
}

/** Services the call used for certain, each once; what it only may have needed is no use. */
function servicesOf({ permissions }: Mapped): readonly string[] {
  const out: string[] = [];
  for (const { action, level } of permissions) {
    if (level === 'possible') continue;
    const service = action.slice(0, action.indexOf(':'));
    if (!out.includes(service)) out.push(service);
  }
  return out;
}

/** Closes the books: what is neither malformed nor this principal's is another's. */
function account(
  records: number,
  own: number,
  malformed: ReadonlyMap<string, number>,
  buckets: ReadonlyMap<Bucket, number>,
  reasons: ReadonlyMap<string, number>,
): Accounting {
  const bad = [...malformed.values()].reduce((sum, one) => sum + one, 0);
  const all = new Map<Bucket, number>([
    ...buckets,
    ['malformed', bad],
    ['other-principal', records - bad - own],
  ]);
  const named = [...reasons].map(([key, count]) => [...(halves(key) as [Bucket, string]), count] as const);
  return {
    records,
    buckets: Object.fromEntries(BUCKETS.map((bucket) => [bucket, all.get(bucket) ?? 0])) as Record<
      Bucket,
      number
    >,
    reasons: [
      ...named,
      ...[...malformed].map(([reason, count]) => ['malformed', reason, count] as const),
    ].sort((a, b) => byCodeUnit(a[0], b[0]) || byCodeUnit(a[1], b[1])),
  };
}
