/**
 * What the logs tell beside the principals' own records: what root did, and who of other accounts took which role.
 * Fed with every event of a run in any order; copies of a record count once.
 */
import { member, type TrailEvent } from '../../events/event.ts';
import type { Window } from '../../trail/source.ts';
import { createIdSet } from '../../usage/id-set.ts';

export interface Calls {
  readonly count: number;
  /** Epoch ms. */
  readonly lastSeen: number;
}

export interface RootUse extends Calls {
  /** [event name, calls], the most frequent first. */
  readonly events: readonly (readonly [name: string, count: number])[];
}

export interface OutsideUse {
  add(events: readonly TrailEvent[]): void;
  /** Of one account's root; a count of 0 where none was seen. */
  root(accountId: string): RootUse;
  /** [account, calls] of the accounts from which a role was assumed, by account id. */
  assumed(roleArn: string): readonly (readonly [accountId: string, calls: Calls])[];
}

/** Names come from logs: past these many they are no longer told apart. */
const MAX_NAMES = 200;
const MAX_ROLES = 50_000;
const MAX_ACCOUNTS = 100;
const OTHERS = 'others';

const ROLE = /^arn:[a-z-]+:iam::(\d{12}):role\/./;

export function createOutsideUse(window: Window): OutsideUse {
  const roots = new Map<string, { calls: Calls; names: Map<string, number> }>();
  const roles = new Map<string, Map<string, Calls>>();
  const known = createIdSet();

  const root = (event: TrailEvent, accountId: string): void => {
    const book = roots.get(accountId) ?? { calls: NONE, names: new Map<string, number>() };
    if (roots.size < MAX_ACCOUNTS * 100) roots.set(accountId, book);
    book.calls = plus(book.calls, event);
    const name = room(book.names, event.eventName, MAX_NAMES);
    book.names.set(name, (book.names.get(name) ?? 0) + event.count);
  };
  const assumed = (event: TrailEvent, from: string): void => {
    const arn = member(event.requestParameters, 'roleArn');
    const owner = typeof arn === 'string' ? ROLE.exec(arn)?.[1] : undefined;
    if (typeof arn !== 'string' || owner === undefined || owner === from) return;
    const book = roles.get(arn) ?? new Map<string, Calls>();
    if (roles.size < MAX_ROLES) roles.set(arn, book);
    const account = room(book, from, MAX_ACCOUNTS);
    book.set(account, plus(book.get(account) ?? NONE, event));
  };

  return {
    add: (events) => {
      for (const event of events) {
        const { principal } = event;
        const isRoot = principal.kind === 'none' && principal.reason === 'root';
        const isAssumed = isAssumeRole(event);
        if (!isRoot && !isAssumed) continue;
        if (event.firstSeen < window.from || event.firstSeen >= window.to) continue;
        // Both accounts of a call have a record of it. A source that has removed the copies gives no key.
        const key = event.sharedEventId ?? event.dedupeKey;
        if (event.count === 1 && key !== '' && !known.add(key)) continue;
        const from = principal.accountId;
        if (from === undefined) continue;
        if (isRoot && isPerson(event)) root(event, from);
        if (isAssumed) assumed(event, from);
      }
    },
    root: (accountId) => {
      const book = roots.get(accountId);
      const events = [...(book?.names ?? [])].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      return { ...(book?.calls ?? NONE), events };
    },
    assumed: (roleArn) => [...(roles.get(roleArn) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

const NONE: Calls = { count: 0, lastSeen: Number.NEGATIVE_INFINITY };
const plus = (calls: Calls, event: TrailEvent): Calls => ({
  count: calls.count + event.count,
  lastSeen: Math.max(calls.lastSeen, event.lastSeen),
});
const room = (book: ReadonlyMap<string, unknown>, name: string, most: number): string =>
  book.has(name) || book.size < most ? name : OTHERS;

const isAssumeRole = ({ eventSource, eventName, outcome }: TrailEvent): boolean =>
  eventName === 'AssumeRole' && eventSource === 'sts.amazonaws.com' && outcome.kind === 'succeeded';

/** As the CIS benchmark asks: services act in root's name, too. https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html (CloudWatch.1) */
const isPerson = ({ invokedBy, eventType }: TrailEvent): boolean =>
  invokedBy === undefined && eventType !== 'AwsServiceEvent';
