import { describe, expect, it } from 'vitest';
import type { AccountPrincipal } from '../../src/account/account.ts';
import { parseLastAccessed, requireReportOn } from '../../src/account/last-accessed.ts';
import { mayBeTracked, reachOf } from '../../src/account/tracking.ts';
import { UsageError } from '../../src/errors.ts';

const WORKER = 'arn:aws:iam::111122223333:role/team/worker';
const report = {
  JobStatus: 'COMPLETED',
  JobType: 'ACTION_LEVEL',
  JobCreationDate: '2024-06-01T12:00:00Z',
  JobCompletionDate: '2024-06-01T12:00:09Z',
  ServicesLastAccessed: [
    {
      ServiceName: 'Amazon S3',
      ServiceNamespace: 's3',
      LastAuthenticated: '2024-05-30T01:02:03+00:00',
      LastAuthenticatedEntity: WORKER,
      LastAuthenticatedRegion: 'eu-west-1',
      TotalAuthenticatedEntities: 1,
      TrackedActionsLastAccessed: [
        { ActionName: 'ListAllMyBuckets' },
        {
          ActionName: 'CreateBucket',
          LastAccessedEntity: WORKER,
          LastAccessedTime: '2024-05-30T01:02:03+00:00',
          LastAccessedRegion: 'eu-west-1',
        },
      ],
    },
    { ServiceName: 'Amazon EC2', ServiceNamespace: 'ec2', TotalAuthenticatedEntities: 0 },
  ],
};
const serviceLevel = {
  ...report,
  JobType: 'SERVICE_LEVEL',
  ServicesLastAccessed: report.ServicesLastAccessed.map(({ TrackedActionsLastAccessed: _, ...rest }) => rest),
};
const parse = (value: unknown) => parseLastAccessed(value, 'last.json');
const worker = { kind: 'role', arn: WORKER } as AccountPrincipal;

describe('last-accessed', () => {
  it('reads an action-level report', () => {
    expect(parse(report)).toEqual({
      level: 'action',
      generatedAt: Date.UTC(2024, 5, 1, 12),
      services: [
        { service: 'ec2', serviceName: 'Amazon EC2', actions: [] },
        {
          service: 's3',
          serviceName: 'Amazon S3',
          lastAuthenticated: Date.UTC(2024, 4, 30, 1, 2, 3),
          region: 'eu-west-1',
          actions: [
            { action: 's3:CreateBucket', lastAccessed: Date.UTC(2024, 4, 30, 1, 2, 3), region: 'eu-west-1' },
            { action: 's3:ListAllMyBuckets' },
          ],
        },
      ],
      entities: [WORKER],
      origin: 'last.json',
    });
  });

  it('reads a service-level report, which says nothing of actions', () => {
    const parsed = parse(serviceLevel);
    expect(parsed.level).toBe('service');
    expect(parsed.services.flatMap((one) => one.actions)).toEqual([]);
  });

  it('joins the pages of a report', () => {
    const [s3, ec2] = report.ServicesLastAccessed;
    const pages = [
      { ...report, ServicesLastAccessed: [s3], IsTruncated: true, Marker: 'm' },
      { ...report, ServicesLastAccessed: [ec2], IsTruncated: false },
    ];
    expect(parse(pages)).toEqual(parse(report));
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a failed job',
      { JobStatus: 'FAILED', Error: { Code: 'NoSuchEntity', Message: 'gone' } },
      /of a job that failed \(`NoSuchEntity: gone`\)/,
    ],
    ['a failed job without a reason', { JobStatus: 'FAILED' }, /of a job that failed: generate/],
    [
      'a job that still runs',
      { JobStatus: 'IN_PROGRESS', JobCreationDate: 'x' },
      /before its job had finished/,
    ],
    ['the id of a job', { JobId: 'x' }, /only starts the job/],
    ['one page of several', { ...report, IsTruncated: true }, /only a part of the report/],
    ['a report without its date', { ...report, JobCreationDate: undefined }, /no `JobCreationDate`/],
    ['authorization details', { RoleDetailList: [] }, /get-account-authorization-details/],
    [
      'a service without namespace',
      { ...report, ServicesLastAccessed: [{ ServiceName: 'x' }] },
      /`ServicesLastAccessed\[0\].ServiceNamespace`/,
    ],
    [
      'an action without name',
      { ...report, ServicesLastAccessed: [{ ServiceNamespace: 'x', TrackedActionsLastAccessed: [{}] }] },
      /TrackedActionsLastAccessed\[0\].ActionName/,
    ],
  ])('refuses %s', (_, value, message) => {
    expect(() => parse(value)).toThrow(UsageError);
    expect(() => parse(value)).toThrow(message);
  });

  it('refuses the report of somebody else, but not an ARN without its path', () => {
    const of = (arn: string) =>
      parse({ ...report, ServicesLastAccessed: [{ ServiceNamespace: 's3', LastAuthenticatedEntity: arn }] });
    expect(() => requireReportOn(parse(report), worker)).not.toThrow();
    expect(() => requireReportOn(of('arn:aws:iam::111122223333:role/worker'), worker)).not.toThrow();
    expect(() =>
      requireReportOn(of('arn:aws:sts::111122223333:assumed-role/worker/i-1'), worker),
    ).not.toThrow();
    expect(() => requireReportOn(of('arn:aws:iam::444455556666:role/team/worker'), worker)).toThrow(/not of/);
    expect(() => requireReportOn(of('arn:aws:iam::111122223333:role/other'), worker)).toThrow(UsageError);
  });
});

describe('reach of a report', () => {
  const generatedAt = Date.UTC(2024, 5, 1, 12);
  it('goes from 400 days back to four hours before it was made', () => {
    expect(reachOf({ generatedAt })).toEqual({
      from: Date.UTC(2023, 3, 28, 12),
      to: Date.UTC(2024, 5, 1, 8),
    });
    expect(reachOf({})).toBeUndefined();
  });
  it('begins for actions of s3 when AWS began to track them', () => {
    const early = { generatedAt: Date.UTC(2020, 11, 1) };
    expect(reachOf(early, 'S3')?.from).toBe(Date.UTC(2020, 3, 12));
    expect(reachOf(early, 'sqs')?.from).toBe(Date.UTC(2019, 9, 28));
    expect(reachOf({ generatedAt }, 's3')?.from).toBe(Date.UTC(2023, 3, 28, 12));
  });
  it('holds no PassRole, which rides on other calls', () => {
    expect(mayBeTracked('iam:passrole')).toBe(false);
    expect(mayBeTracked('iam:CreateRole')).toBe(true);
  });
});
