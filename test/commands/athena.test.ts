/** `--source athena` and `athena init` through the real SDK: what is sent, what it costs, and each way in which it can fail. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isolateAws } from '../faults/s3-run.ts';
import { type AthenaServer, startAthena } from '../support/athena.ts';
import { run } from '../support/run.ts';

// The first run loads the whole command line; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

const ACCOUNT = '111122223333';
const CALL = {
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-west-1',
  type: 'AssumedRole',
  caller: `arn:aws:sts::${ACCOUNT}:assumed-role/app`,
  issuerArn: `arn:aws:iam::${ACCOUNT}:role/app`,
  issuerType: 'Role',
  managementEvent: 'false',
  accountId: ACCOUNT,
};
/** What the engine answers: two days of one region, and so many different calls. */
let calls: number;
let sent: string[];
const engine = {
  query: async (sql: string) => {
    sent.push(sql);
    if (sql.startsWith('CREATE')) return { columns: [], rows: [] };
    if (sql.includes('AS malformed'))
      return {
        columns: [
          'account',
          'region',
          'day',
          'mine',
          'outside',
          'eventsource',
          'eventname',
          'records',
          'malformed',
        ],
        rows: ['2026/08/27', '2026/08/28'].map((day) => [
          ...[ACCOUNT, 'eu-west-1', day, true, false],
          ...[CALL.eventSource, CALL.eventName, day === '2026/08/27' ? calls : 0, 0],
        ]),
      };
    return {
      columns: ['call', 'request', 'resources', 'days', 'earliest', 'latest', 'duplicates'],
      rows: Array.from({ length: calls }, (_, index) => [
        JSON.stringify(CALL),
        JSON.stringify({ bucketName: 'b', key: `"k",\n${index}` }),
        JSON.stringify([{ ARN: `arn:aws:s3:::b/k${index}`, type: 'AWS::S3::Object' }]),
        '{"2026-08-27":1}',
        `["2026-08-27T01:00:00Z e${index}"]`,
        '2026-08-27T01:00:00Z',
        '0',
      ]),
    };
  },
};

let athena: AthenaServer;
beforeEach(async () => {
  isolateAws();
  [calls, sent] = [3, []];
  athena = await startAthena(engine);
});
afterEach(() => athena.stop());

const where = () => ['--endpoint-url', athena.url, '--region', 'us-east-1'];
const flags = (...more: readonly string[]) => [
  ...[
    '--role',
    `arn:aws:iam::${ACCOUNT}:role/app`,
    '--account',
    'none',
    '--from',
    '2026-08-27',
    '--to',
    '2026-08-28',
  ],
  ...['--source', 'athena', '--table', 'logs', '--database', 'trails', ...where(), ...more],
];
const starts = () => athena.inputs.filter((input) => 'QueryString' in input);

/** The table as `athena init` makes it, over five objects, of which three lie in the window's partitions. */
function bigTable(): void {
  athena.tables.set('logs', {
    location: 's3://trail/AWSLogs/',
    'projection.enabled': 'true',
    'projection.account.type': 'enum',
    'projection.account.values': `${ACCOUNT},444455556666`,
    'projection.region.type': 'enum',
    'projection.region.values': 'eu-west-1,us-east-1',
    'projection.day.range': '2026/01/01,NOW',
    'storage.location.template': 's3://trail/AWSLogs/${account}/CloudTrail/${region}/${day}',
  });
  const key = (account: string, region: string, day: string): string =>
    `AWSLogs/${account}/CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${day.replaceAll('/', '')}T0000Z_a.json.gz`;
  athena.buckets.set('trail', [
    { key: key(ACCOUNT, 'eu-west-1', '2026/08/26'), bytes: 7 },
    { key: key(ACCOUNT, 'eu-west-1', '2026/08/27'), bytes: 3_000_000_000_000 },
    { key: key(ACCOUNT, 'eu-west-1', '2026/08/29'), bytes: 500_000_000_000 },
    { key: key(ACCOUNT, 'us-east-1', '2026/08/28'), bytes: 500_000_000_000 },
    { key: key('444455556666', 'us-east-1', '2026/08/28'), bytes: 1_000_000 },
  ]);
}

describe('--dry-run', () => {
  it('prints what a run sends, byte for byte, and starts nothing', async () => {
    bigTable();
    const dry = await run(flags('--dry-run', '--workgroup', 'analysts'));
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(athena.calls).not.toContain('StartQueryExecution');
    expect(dry.out).toContain('-- workgroup: analysts\n-- database: trails\n');
    const real = await run(flags('--workgroup', 'analysts', '--allow-incomplete', '--quiet'));
    expect(real).toMatchObject({ code: 0, err: '' });
    const [first, second] = starts() as { QueryString: string; ExecutionParameters: string[] }[];
    expect(dry.out).toContain(
      `-- execution parameters: ${first!.ExecutionParameters.join(', ')}\n${first!.QueryString};`,
    );
    expect(dry.out).toContain(`-- execution parameters: ${second!.ExecutionParameters.join(', ')}\n`);
    const [before, after] = second!.QueryString.split(
      /CAST\(json_parse\('.*'\) AS map\(varchar, array\(varchar\)\)\)/s,
    );
    expect(dry.out).toContain(`${before}{{request_keys}}`);
    expect(dry.out).toContain(`{{nested_keys}}${after};`);
  });

  it('adds up the partitions of the account and the days, and prices them', async () => {
    bigTable();
    const { out } = await run(flags('--dry-run'));
    expect(out).toContain(
      'each query reads 4,000,000,000,000 bytes, the listed size of 3 objects of s3://trail',
    );
    expect(out).toContain('1 accounts x 2 regions, 2026-08-27 to 2026-08-29');
    expect(out).toContain('2 queries x 4,000,000,000,000 bytes = USD 40.00');
    expect(out).toContain('https://aws.amazon.com/athena/pricing/');
    const dearer = await run(flags('--dry-run', '--price-per-tb', '7.5'));
    expect(dearer.out).toContain('= USD 60.00');
  });

  it('counts all accounts for a review, and the least that is charged', async () => {
    bigTable();
    athena.buckets.set('trail', athena.buckets.get('trail')!.slice(-1));
    const argv = flags('--dry-run').slice(2);
    const { out, code } = await run(['review', ...argv]);
    expect(code).toBe(0);
    expect(out).toContain('-- query 2: usage-all-principals.sql');
    expect(out).toContain('each query reads 1,000,000 bytes, the listed size of 1 objects');
    expect(out).toContain('2 accounts x 2 regions');
    expect(out).toContain('2 queries x 10,000,000 bytes (the least charged) = USD 0.0001');
  });

  it.each([
    [
      'the table may not be read',
      () => {
        athena.faults.refuse.GetTableMetadata = { code: 'AccessDeniedException' };
      },
      /place of table `logs`: access denied, `athena:GetTableMetadata` is needed/,
    ],
    [
      'the bucket may not be listed',
      () => {
        athena.faults.refuse.ListObjects = { code: 'AccessDenied' };
      },
      /could not be listed: .*s3:ListBucket/,
    ],
    [
      'the table is of another make',
      () => {
        athena.tables.set('logs', { location: 's3://trail/' });
      },
      /no partition projection/,
    ],
    [
      'its folders are laid otherwise',
      () => {
        athena.tables.set('logs', {
          ...athena.tables.get('logs'),
          'storage.location.template': 's3://trail/${day}',
        });
      },
      /storage\.location\.template/,
    ],
    [
      'its accounts are injected',
      () => {
        athena.tables.set('logs', { ...athena.tables.get('logs'), 'projection.account.type': 'injected' });
      },
      /does not list accounts/,
    ],
  ])('says so where %s, and guesses nothing', async (_, spoil, reason) => {
    bigTable();
    spoil();
    const { out, code } = await run(flags('--dry-run'));
    expect(code).toBe(0);
    expect(out).toMatch(/-- estimate: cannot be made: /);
    expect(out).toMatch(reason);
    expect(out).not.toContain('USD');
    expect(athena.calls).not.toContain('StartQueryExecution');
  });

  it.each([
    [['--dry-run', '--source', 'dir', '--logs', '.'], /use it with `--source athena`/],
    [['--dry-run', '--price-per-tb', 'much'], /US dollars/],
  ])('refuses %j', async (more, message) => {
    const ran = await run([
      ...flags().filter((one, i, all) => one !== '--source' && all[i - 1] !== '--source'),
      ...(more.includes('--source') ? [] : ['--source', 'athena']),
      ...more,
    ]);
    expect(ran.code).toBe(64);
    expect(ran.err).toMatch(message);
  });
});

describe('what is sent', () => {
  it('names workgroup, catalog, database and output location', async () => {
    await run(
      flags(
        '--workgroup',
        'w',
        '--catalog',
        'c',
        '--output-location',
        's3://out/here/',
        '--allow-incomplete',
      ),
    );
    for (const input of starts())
      expect(input).toMatchObject({
        WorkGroup: 'w',
        QueryExecutionContext: { Database: 'trails', Catalog: 'c' },
        ResultConfiguration: { OutputLocation: 's3://out/here/' },
      });
    expect(starts()).toHaveLength(2);
  });

  it('leaves the output to the workgroup where none is given', async () => {
    await run(flags('--allow-incomplete'));
    expect(starts()[0]).not.toHaveProperty('ResultConfiguration');
    expect(starts()[0]).not.toHaveProperty('ResultReuseConfiguration');
  });

  it('takes an earlier result where it may', async () => {
    const again = flags('--reuse-minutes', '60', '--allow-incomplete');
    await run(again);
    const asked = sent.length;
    const second = await run(again);
    expect(second.code).toBe(0);
    expect(second.err).toContain('athena scanned 0 bytes (earlier result)');
    expect(sent).toHaveLength(asked);
    expect(starts()[0]).toMatchObject({
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 60 } },
    });
  });

  it('reads all of a long result from its file', async () => {
    calls = 4_321;
    const ran = await run(flags('--allow-incomplete', '--format', 'json'));
    const { evidence, usage } = JSON.parse(ran.out);
    expect(evidence.accounting.records).toBe(4_321);
    expect(JSON.stringify(usage)).toContain('k4320');
    expect(athena.calls.filter((name) => name === 'GetObject')).toHaveLength(2);
    expect(athena.calls).not.toContain('GetQueryResults');
  });

  const hostile = [
    "x'; DROP TABLE logs; --",
    "x' OR '1'='1",
    'x" UNION SELECT 1',
    'x?',
    'x\\',
    "'||(SELECT 1)||'",
  ];
  it.each(hostile)('keeps %j in a role ARN inside one value', async (name) => {
    await run(
      flags('--allow-incomplete').map((one) =>
        one.endsWith(':role/app') ? `arn:aws:iam::${ACCOUNT}:role/${name}` : one,
      ),
    );
    await run(flags('--allow-incomplete'));
    const [first, , plain] = [...starts(), ...starts()] as {
      QueryString: string;
      ExecutionParameters: string[];
    }[];
    expect(first!.QueryString).toBe(plain!.QueryString);
    const given = first!.ExecutionParameters;
    expect(given).toHaveLength(8);
    expect(given[6]).toBe(`'/${name.toLowerCase().replaceAll("'", "''")}'`);
    for (const value of given) expect(value).toMatch(/^'(?:[^']|'')*'$/);
  });

  it.each([
    ['--role', "x'; DROP TABLE logs; --"],
    ['--table', 'logs; DROP TABLE logs'],
    ['--table', 'logs"'],
    ['--output-location', "s3://a'b/"],
    ['--output-location', 'https://elsewhere.example/'],
    ['--max-bytes', '1e400'],
    ['--max-bytes', '-1'],
    ['--reuse-minutes', '1.5'],
    ['--reuse-minutes', '20000'],
  ])('takes no %s %j', async (flag, value) => {
    const at = flags().indexOf(flag);
    const argv = at < 0 ? flags(`${flag}=${value}`) : flags().with(at + 1, value);
    const ran = await run(argv);
    expect(ran.code).toBe(64);
    expect(athena.calls).toEqual([]);
  });
});

describe('--max-bytes', () => {
  it('starts nothing that the listing shows to be too large', async () => {
    bigTable();
    const ran = await run(flags('--max-bytes', '1000000000'));
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(
      /would scan 4,000,000,000,000 bytes, more than `--max-bytes 1000000000`: none was started/,
    );
    expect(athena.calls).not.toContain('StartQueryExecution');
  });

  it('stops a query midway where the size was not known', async () => {
    athena.faults.hang = true;
    athena.faults.scanned = 5_000;
    const ran = await run(flags('--max-bytes', '4999'));
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(/the size of a query is not known beforehand/);
    expect(ran.err).toMatch(/was stopped: it had scanned 5,000 bytes, more than `--max-bytes 4999`/);
    expect(athena.calls.at(-1)).toBe('StopQueryExecution');
  });

  it('lets through what is within it', async () => {
    bigTable();
    athena.faults.scanned = 5_000;
    const ran = await run(flags('--max-bytes', '4000000000000', '--allow-incomplete'));
    expect(ran.code).toBe(0);
  });
});

describe('failures', () => {
  const ended = (reason: string, state: 'FAILED' | 'CANCELLED' = 'FAILED') => ({ end: { state, reason } });
  const refused = (operation: string, code: string, status?: number) => ({
    refuse: { [operation]: { code, ...(status && { status }) } },
  });
  it.each<readonly [string, object, number, RegExp]>([
    [
      'a refused start',
      refused('StartQueryExecution', 'AccessDeniedException'),
      4,
      /workgroup `primary`.*`athena:StartQueryExecution` is needed/,
    ],
    [
      'expired credentials',
      refused('StartQueryExecution', 'ExpiredTokenException'),
      4,
      /credentials are expired/,
    ],
    [
      'an invalid request',
      refused('StartQueryExecution', 'InvalidRequestException'),
      64,
      /does not take the query: refused for the test; check `--workgroup`/,
    ],
    [
      'too many queries',
      refused('StartQueryExecution', 'TooManyRequestsException'),
      1,
      /too many queries running or waiting/,
    ],
    [
      'a refused look',
      refused('GetQueryExecution', 'AccessDeniedException'),
      4,
      /`athena:GetQueryExecution` is needed/,
    ],
    [
      'a result nobody may read',
      refused('GetObject', 'AccessDenied'),
      4,
      /read the result `s3:\/\/results\/.*`s3:GetObject` is needed/,
    ],
    ['a result that breaks off', { cut: 40 }, 1, /broke off .*--reuse-minutes/],
    ['a table that is not there', ended('TABLE_NOT_FOUND: line 1:1: Table missing'), 64, /athena init/],
    ['a bucket nobody may read', ended('PERMISSION_DENIED: Access Denied (Service: S3)'), 4, /log bucket/],
    ['an engine failure', ended('GENERIC_INTERNAL_ERROR: boom'), 1, /failed: GENERIC_INTERNAL_ERROR: boom/],
    [
      'a lack of resources',
      ended('Query exhausted resources at this scale factor'),
      1,
      /resources at this scale.*--days/,
    ],
    [
      'a table without our columns',
      ended("COLUMN_NOT_FOUND: line 9:3: Column 'managementevent' cannot be resolved"),
      64,
      /'managementevent' cannot be resolved; the table lacks a column/,
    ],
    [
      'a throttled bucket',
      ended('HIVE_CURSOR_ERROR: Please reduce your request rate (Slow Down)'),
      1,
      /throttled: run again later/,
    ],
    ['a time limit', ended('Query timeout'), 1, /Query timeout; athena's time limit: shorten/],
    [
      'a data limit',
      ended('Query cancelled! : Bytes scanned limit was exceeded', 'CANCELLED'),
      3,
      /data limit/,
    ],
    [
      'a cancelled query',
      ended('Query was cancelled by user', 'CANCELLED'),
      3,
      /was cancelled: Query was cancelled by user/,
    ],
    ['a reason of several lines', ended('first\n\u001b[31msecond\r\nthird'), 1, /first.*second third/],
  ])('%s', async (_, fault, code, message) => {
    Object.assign(athena.faults, fault);
    const ran = await run(flags('--quiet'));
    expect(ran.err).toMatch(message);
    expect(ran.err.trim().split('\n')).toHaveLength(1);
    expect(ran.err).not.toContain('\u001b');
    expect(ran).toMatchObject({ code, out: '' });
    expect(athena.calls.includes('StopQueryExecution')).toBe(_ === 'a refused look');
  });

  it('tries again where athena is throttled', async () => {
    athena.faults.refuse.StartQueryExecution = { code: 'ThrottlingException', times: 2 };
    athena.faults.refuse.GetQueryExecution = { code: 'InternalServerException', times: 2, status: 500 };
    const ran = await run(flags('--quiet', '--allow-incomplete'));
    expect(ran).toMatchObject({ code: 0, err: '' });
  });

  it.each(['SIGINT', 'SIGTERM'])('cancels the query on %s', async (signal) => {
    athena.faults.hang = true;
    const controller = new AbortController();
    setTimeout(() => controller.abort(signal), 400);
    const ran = await run(flags('--quiet'), { signal: controller.signal });
    expect(ran.code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(athena.calls.at(-1)).toBe('StopQueryExecution');
  });
});

describe('athena init', () => {
  const init = (...more: string[]) => [
    'athena',
    'init',
    '--location',
    's3://trail/AWSLogs/',
    '--accounts',
    ACCOUNT,
    '--regions',
    'eu-west-1',
    '--table',
    'logs',
    ...more,
  ];

  it('prints the statement and reaches for nothing', async () => {
    const ran = await run(init());
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain("'projection.account.values' = '111122223333'");
    expect(ran.out).toContain("'s3://trail/AWSLogs/${account}/CloudTrail/${region}/${day}'");
    expect(athena.calls).toEqual([]);
  });

  it('covers an organisation: its folder, accounts and regions', async () => {
    const org = [
      '--location',
      's3://trail/AWSLogs/o-abcdef1234/',
      '--accounts',
      `${ACCOUNT},444455556666`,
      '--regions',
      'eu-west-1,us-east-1',
    ];
    const { out } = await run(['athena', 'init', ...org]);
    expect(out).toContain("'projection.account.values' = '111122223333,444455556666'");
    expect(out).toContain("'s3://trail/AWSLogs/o-abcdef1234/${account}/CloudTrail/${region}/${day}'");
  });

  it('runs with --run what it prints without', async () => {
    const printed = await run(init());
    const ran = await run([...init('--run', '--workgroup', 'w', '--database', 'trails'), ...where()]);
    expect(ran).toMatchObject({ code: 0, out: '' });
    expect(ran.err).toBe('note: the table is there\n');
    expect(starts()).toEqual([
      expect.objectContaining({ WorkGroup: 'w', QueryExecutionContext: { Database: 'trails' } }),
    ]);
    expect(`${starts()[0]!.QueryString};\n`).toBe(printed.out);
    expect(starts()[0]).not.toHaveProperty('ExecutionParameters');
    expect(athena.calls).toEqual(['StartQueryExecution', 'GetQueryExecution']);
  });

  it('makes a table whose folders a dry run finds again', async () => {
    const { out } = await run(init());
    const { partitionsOf } = await import('../../src/trail/athena/table.ts');
    const properties = new Map(
      [...out.matchAll(/'([a-z.]+)' = '([^']*)'/g)].map(([, key, value]) => [key!, value!]),
    );
    expect(partitionsOf(properties, undefined)).toEqual({
      kind: 'known',
      bucket: 'trail',
      firstDay: '2020-01-01',
      leaves: [
        { accountId: ACCOUNT, region: 'eu-west-1', prefix: `AWSLogs/${ACCOUNT}/CloudTrail/eu-west-1/` },
      ],
    });
  });

  it.each<readonly [string, object, number, RegExp]>([
    [
      'a refused start',
      { refuse: { StartQueryExecution: { code: 'AccessDeniedException' } } },
      4,
      /athena:StartQueryExecution/,
    ],
    [
      'a database that is not there',
      {
        end: {
          state: 'FAILED',
          reason: 'FAILED: SemanticException [Error 10072]: Database does not exist: x',
        },
      },
      64,
      /does not exist/,
    ],
    [
      'a failure',
      { end: { state: 'FAILED', reason: 'FAILED: Execution Error, return code 1' } },
      1,
      /return code 1/,
    ],
  ])('tells of %s', async (_, fault, code, message) => {
    Object.assign(athena.faults, fault);
    const ran = await run([...init('--run'), ...where()]);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err).toMatch(message);
    expect(ran.err).not.toContain('the table is there');
  });

  it.each([
    ['--location', "s3://trail/x'/"],
    ['--location', 's3://trail/AWSLogs'],
    ['--accounts', "111122223333','x"],
    ['--regions', "eu-west-1' = '"],
    ['--table', 'logs; DROP TABLE logs'],
    ['--table', 'a.b'],
    ['--first-day', "2020/01/01','"],
  ])('takes no %s %j', async (flag, value) => {
    const at = init().indexOf(flag);
    const ran = await run(at < 0 ? init(flag, value) : init().with(at + 1, value));
    expect(ran).toMatchObject({ code: 64, out: '' });
  });
});
