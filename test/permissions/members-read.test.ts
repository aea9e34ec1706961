/** What is said to be never read is never read: on every real record, with the members watched. */
import { beforeAll, describe, expect, it } from 'vitest';
import { hasShared, readRecords, sharedFolder } from '../../scripts/score/shared.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { decode } from '../../src/events/decode.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { membersRead, requestMembersRead } from '../../src/permissions/needed.ts';
import { isWrapper } from '../../src/permissions/path.ts';
import { createResolver, type Resolver } from '../../src/permissions/resolver.ts';

const MEMBERS = ['requestParameters', 'responseElements', 'additionalEventData', 'resources'] as const;

/** The members that resolving the event really looked at. */
function watched(resolver: Resolver, event: TrailEvent): readonly string[] {
  const seen = new Set<string>();
  const spy = Object.defineProperties(
    { ...event },
    Object.fromEntries(
      MEMBERS.map((name) => [
        name,
        {
          enumerable: true,
          get: () => {
            seen.add(name);
            return event[name];
          },
        },
      ]),
    ),
  );
  // An event of another name in between, so that the answer to this one is worked out anew.
  resolver.resolve({ ...event, eventName: `not ${event.eventName}` });
  resolver.resolve(spy);
  return [...seen].sort();
}

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await loadCatalogue();
});
const declared = (eventSource: string, eventName: string): readonly string[] => {
  const reads = membersRead(catalogue, eventSource, eventName);
  return MEMBERS.filter((name) => reads[name]).sort();
};

describe('the members that a mapping may read', () => {
  it.each([
    ['an invented operation', 's3.amazonaws.com', 'FrobnicateBucket', []],
    ['an action without resource-level permission', 'cloudtrail.amazonaws.com', 'DescribeTrails', []],
    ['a source outside AWS', 'sts.aliyuncs.com', 'AssumeRole', []],
    [
      'an action on a resource that AWS may name in its answer',
      'ec2.amazonaws.com',
      'RunInstances',
      ['requestParameters', 'resources', 'responseElements'],
    ],
  ])('%s', (_, source, name, expected) => {
    expect(declared(source, name)).toEqual(expected);
  });

  const shared = sharedFolder(process.cwd());
  it.skipIf(!hasShared(shared))('hold on every real record (SKIPPED without ../shared)', () => {
    const wrong: string[] = [];
    const resolver = createResolver(catalogue);
    const known = new Map<string, readonly string[]>();
    for (const record of readRecords(shared)) {
      const decoded = decode(record);
      if (!decoded.ok) continue;
      const { event } = decoded;
      const key = `${event.eventSource} ${event.eventName}`;
      const allowed = known.get(key) ?? declared(event.eventSource, event.eventName);
      known.set(key, allowed);
      for (const name of watched(resolver, event))
        if (!allowed.includes(name)) wrong.push(`${key} reads ${name}`);
    }
    expect([...new Set(wrong)]).toEqual([]);
    expect(known.size).toBeGreaterThan(300);
  });

  it.skipIf(!hasShared(shared))('and of a request, without the rest (SKIPPED without ../shared)', () => {
    const wrong: string[] = [];
    const resolver = createResolver(catalogue);
    let fewer = 0;
    for (const record of readRecords(shared)) {
      const decoded = decode(record);
      if (!decoded.ok || decoded.event.requestParameters === null) continue;
      // A mapping that reads the response may look at all of the request.
      const event = { ...decoded.event, responseElements: null, additionalEventData: null };
      const reads = requestMembersRead(catalogue, event.eventSource, event.eventName);
      if (!reads) continue;
      const all = Object.entries(decoded.event.requestParameters);
      const kept = all.filter(
        ([name, value]) =>
          reads.names.includes(name.toLowerCase()) ||
          isWrapper(name) ||
          (reads.nested && typeof value === 'object'),
      );
      if (kept.length === all.length) continue;
      fewer += 1;
      const narrow = { ...event, requestParameters: Object.fromEntries(kept) };
      const expected = JSON.stringify(resolver.resolve(event));
      if (JSON.stringify(resolver.resolve(narrow)) !== expected)
        wrong.push(`${event.eventSource} ${event.eventName}`);
    }
    expect([...new Set(wrong)]).toEqual([]);
    expect(fewer).toBeGreaterThan(1000);
  });

  it('of a request: what switches a type off counts', () => {
    const reads = requestMembersRead(catalogue, 'dynamodb.amazonaws.com', 'Query');
    expect(reads!.names).toContain('indexname');
  });
});
