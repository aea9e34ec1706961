/** A small made-up trail as objects: keys in the true layout, gzipped documents of plausible records. Deterministic. */
import { gzipSync } from 'node:zlib';

export interface TrailShape {
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** `YYYY-MM-DD` delivery days. */
  readonly days: readonly string[];
  readonly objectsPerDay: number;
  readonly recordsPerObject: number;
  /** Before `AWSLogs/`, with its slash. */
  readonly prefix?: string;
  readonly organization?: string;
}

const ACTIONS = [
  ['s3.amazonaws.com', 'GetObject'],
  ['dynamodb.amazonaws.com', 'PutItem'],
  ['kms.amazonaws.com', 'Decrypt'],
  ['lambda.amazonaws.com', 'ListFunctions20150331'],
] as const;

/** Record number `index` of an account and region; every fourth belongs to role `deploy`, the rest to `app`. */
export function record(accountId: string, region: string, time: number, index: number): object {
  const [eventSource, eventName] = ACTIONS[index % ACTIONS.length]!;
  const role = index % 4 === 0 ? 'deploy' : 'app';
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE${role.toUpperCase()}:session`,
      arn: `arn:aws:sts::${accountId}:assumed-role/${role}/session`,
      accountId,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: `AROAEXAMPLE${role.toUpperCase()}`,
          arn: `arn:aws:iam::${accountId}:role/${role}`,
          accountId,
          userName: role,
        },
      },
    },
    eventTime: new Date(time + index * 1000).toISOString().replace('.000Z', 'Z'),
    eventSource,
    eventName,
    awsRegion: region,
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-sdk-js/3',
    requestParameters: { bucketName: 'orders', key: `2026/é {"${index}"}` },
    responseElements: null,
    eventID: `${accountId}-${region}-${time}-${index}`,
    readOnly: index % 2 === 0,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: accountId,
    eventCategory: 'Management',
  };
}

/** Key -> gzipped object, in key order. */
export function trailObjects(shape: TrailShape): [key: string, body: Buffer][] {
  const objects: [string, Buffer][] = [];
  for (const accountId of shape.accounts)
    for (const region of shape.regions)
      for (const day of shape.days)
        for (let number = 0; number < shape.objectsPerDay; number += 1) {
          const time = Date.parse(`${day}T00:00:00Z`) + number * 60_000;
          const stamp = new Date(time).toISOString().replace(/[-:]/g, '').slice(0, 13);
          const organization = shape.organization === undefined ? '' : `${shape.organization}/`;
          const folder = `${shape.prefix ?? ''}AWSLogs/${organization}${accountId}/CloudTrail/${region}/${day.replaceAll('-', '/')}/`;
          const name = `${accountId}_CloudTrail_${region}_${stamp}Z_${String(number).padStart(16, '0')}.json.gz`;
          const records = Array.from({ length: shape.recordsPerObject }, (_, index) =>
            record(accountId, region, time, index),
          );
          objects.push([folder + name, gzipSync(JSON.stringify({ Records: records }))]);
        }
  return objects.sort(([a], [b]) => (a < b ? -1 : 1));
}
