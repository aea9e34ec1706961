import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/trail/athena/csv.ts';
import { expandRow, type Row, withCalls } from '../../src/trail/athena/rows.ts';
import { fill, literal, neededKeys, tableName } from '../../src/trail/athena/sql.ts';

const query = (name: string): string =>
  readFileSync(new URL(`../../queries/${name}.sql`, import.meta.url), 'utf8');

describe('result file', () => {
  const written = (rows: readonly (readonly (string | null)[])[]): string =>
    rows
      .map(
        (row) =>
          `${row.map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',')}\n`,
      )
      .join('');
  const read = async (chunks: readonly string[]) => {
    const rows: (readonly (string | null)[])[] = [];
    for await (const row of readCsv(
      (async function* () {
        yield* chunks;
      })(),
    ))
      rows.push(row);
    return rows;
  };

  it('reads back what Athena writes, however it is cut', async () => {
    const value = fc.oneof(fc.constant(null), fc.string(), fc.constantFrom('', '"', '","', 'a\nb', '\r\n'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(value, { minLength: 2, maxLength: 4 })),
        fc.integer({ min: 1, max: 7 }),
        async (rows, size) => {
          const text = written(rows);
          const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
            text.slice(i * size, (i + 1) * size),
          );
          expect(await read(chunks)).toEqual(rows);
        },
      ),
    );
  });
});

describe('queries', () => {
  it.each(['coverage', 'create-table', 'usage-all-principals', 'usage-by-principal'])(
    '%s says what it is for, what it costs and returns',
    (name) => {
      for (const part of ['Purpose:', 'Parameters:', 'Scans:', 'Returns:'])
        expect(query(name)).toContain(`-- ${part}`);
    },
  );

  it('asks for all principals as for one, but for whom', () => {
    const body = (name: string) =>
      query(name)
        .split('\n')
        .filter((line) => !line.startsWith('--'));
    const [one, all] = [body('usage-by-principal'), body('usage-all-principals')];
    const only = (a: string[], b: string[]) => a.filter((line) => !b.includes(line));
    expect(only(all, one)).toEqual([
      expect.stringContaining('CROSS JOIN (VALUES'),
      expect.stringContaining('useridentity.type IN'),
      expect.stringContaining("useridentity.type = 'AWSAccount'"),
    ]);
    expect(only(one, all).length).toBeLessThanOrEqual(5);
  });

  it('leaves no placeholder open', () => {
    const keys = neededKeys(new Map([['s3.amazonaws.com GetObject', ['bucketName', 'key']]]));
    for (const name of ['coverage', 'usage-all-principals', 'usage-by-principal'])
      expect(fill(query(name), '"t"', keys)).not.toMatch(/\{\{/);
    expect(() => fill('{{nothing}}', 't')).toThrow(/nothing/);
  });
});

describe('values', () => {
  it.each(['t; DROP TABLE x', 't"', "t'", 't--', '', '1t', 'a.b.c.d', 'a b', '{{table}}'])(
    'takes no table named %j',
    (name) => {
      expect(() => tableName('table', name)).toThrow(/no table name/);
    },
  );

  it('keeps only the first names of paths, from events whose names are plain', () => {
    const keys = neededKeys(
      new Map([
        [
          'ec2.amazonaws.com RunInstances',
          ['instancesSet.items[].imageId', 'response:instancesSet.items[].instanceId', 'response:*.arn'],
        ],
        ["x' OR '1'='1 Boom", ['a']],
      ]),
    );
    expect([...keys.request]).toEqual([['ec2.amazonaws.com RunInstances', ['instancesset']]]);
    expect([...keys.response]).toEqual([['ec2.amazonaws.com RunInstances', ['instancesset']]]);
    expect([...keys.nested]).toEqual([['ec2.amazonaws.com RunInstances', ['arn']]]);
  });

  it('makes SQL texts out of anything', () => expect(literal("a'b''c")).toBe("'a''b''''c'"));
});

describe('rows', () => {
  const row = (change: Record<string, string | null> = {}): Row =>
    new Map(
      Object.entries({
        call: JSON.stringify({
          eventSource: 's3.amazonaws.com',
          eventName: 'GetObject',
          awsRegion: 'eu-west-1',
          type: 'AssumedRole',
          caller: 'arn:aws:sts::111122223333:assumed-role/app',
          issuerArn: 'arn:aws:iam::111122223333:role/x/app',
          issuerType: 'Role',
          managementEvent: 'false',
          accountId: '111122223333',
        }),
        request: '{"bucketName":"b","key":"k"}',
        response: null,
        nested: null,
        resources: '[{"ARN":"arn:aws:s3:::b/k","type":"AWS::S3::Object"}]',
        days: '2026-06-01 5,,2',
        earliest: '["2026-06-01T01:00:00Z a","2026-06-01T02:00:00Z b","2026-06-01T03:00:00Z c"]',
        latest: '2026-06-03T09:00:00Z',
        duplicates: '1',
        sessions: '["s1","s2"]',
        sources: '["10.0.0.1"]',
        workloads: null,
        ...change,
      }),
    );

  it('stand for as many calls as they counted, from the first to the latest moment', () => {
    const { events, rejections } = expandRow(row());
    expect(rejections).toEqual([]);
    expect(events.reduce((sum, event) => sum + event.count, 0)).toBe(7 + 1);
    expect(events.filter((event) => event.count === 0).map(({ principal }) => principal)).toMatchObject([
      { session: 's1' },
      { session: 's2' },
    ]);
    expect(Math.min(...events.map((event) => event.firstSeen))).toBe(Date.UTC(2026, 5, 1, 1));
    expect(Math.max(...events.map((event) => event.lastSeen))).toBe(Date.UTC(2026, 5, 3, 9));
    expect(events[0]).toMatchObject({
      eventCategory: 'Data',
      principal: { arn: 'arn:aws:iam::111122223333:role/x/app' },
      requestParameters: { key: 'k' },
    });
  });

  it('carry what every call of theirs did: endpoint, MFA and one of the addresses', () => {
    const call = { ...JSON.parse(row().get('call')!), vpcEndpointId: 'vpce-1', mfa: 'true' };
    const { events } = expandRow(row({ call: JSON.stringify(call), sources: '["10.0.0.1","10.0.0.2"]' }));
    for (const { vpcEndpointId, mfa, sourceIp } of events.filter((one) => one.count > 0))
      expect([vpcEndpointId, mfa, sourceIp]).toEqual(['vpce-1', true, '10.0.0.1']);
    expect(events.filter((one) => one.count === 0).map((one) => one.sourceIp)).toContain('10.0.0.2');
  });

  it('read alike where days are named', () => {
    const named = row({ days: '{"2026-06-01":5,"2026-06-03":2}' });
    expect(expandRow(named)).toEqual(expandRow(row()));
  });

  it('have the call of the row before where they have none', async () => {
    const rows = (async function* () {
      yield row();
      yield row({ call: null });
      yield row({ call: '{"eventSource":"ec2.amazonaws.com"}' });
      yield row({ call: null });
    })();
    const calls: unknown[] = [];
    for await (const one of withCalls(rows)) calls.push(one.get('call'));
    expect(calls[1]).toBe(calls[0]);
    expect(calls.slice(2)).toEqual(Array(2).fill('{"eventSource":"ec2.amazonaws.com"}'));
  });

  it.each([{ call: 'no json' }, { earliest: '[]' }, { latest: null }])(
    'that are not as the query writes them are counted: %o',
    (change) => {
      const { events, rejections } = expandRow(row(change));
      expect(events).toEqual([]);
      expect(rejections).toHaveLength(7);
    },
  );
});
