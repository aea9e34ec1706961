/** Trail facts from the account itself: DescribeTrails and ListTrails, then GetTrailStatus and GetEventSelectors of each. */
import type { CloudTrailClient, Trail } from '@aws-sdk/client-cloudtrail';
import { UsageError } from '../errors.ts';
import { type AwsOptions, awsClientConfig } from './aws-config.ts';
import { awsError, awsErrorCode, oneLine } from './aws-error.ts';
import type { TrailFacts } from './facts.ts';
import { readSelectors } from './selectors.ts';

export interface TrailFactsResult {
  /** Sorted by ARN. */
  readonly trails: readonly TrailFacts[];
  /** What could not be learnt, one line each; a trail whose selectors are unknown is not among `trails`. */
  readonly problems: readonly string[];
}

/**
 * All trails that record this account: those of every region, and the organisation's. Throws an AccessError where not even
 * DescribeTrails is allowed.
 */
export async function readTrailFacts(aws: AwsOptions): Promise<TrailFactsResult> {
  const clients = new Map<string, CloudTrailClient>();
  const { CloudTrailClient } = await import('@aws-sdk/client-cloudtrail');
  const config = await awsClientConfig(aws);
  const clientOf = (region: string | undefined): CloudTrailClient => {
    const key = region ?? '';
    const client =
      clients.get(key) ?? new CloudTrailClient({ ...config, ...(region !== undefined && { region }) });
    clients.set(key, client);
    return client;
  };
  try {
    const problems: string[] = [];
    const found = await findTrails(clientOf, problems);
    const trails: TrailFacts[] = [];
    for (const trail of found) {
      const facts = await factsOf(clientOf(trail.HomeRegion), trail, problems);
      if (facts) trails.push(facts);
    }
    return { trails, problems };
  } finally {
    for (const client of clients.values()) client.destroy();
  }
}

type ClientOf = (region: string | undefined) => CloudTrailClient;

/** DescribeTrails sees this region's trails and those that reach into it; ListTrails the single-region ones elsewhere. */
async function findTrails(clientOf: ClientOf, problems: string[]): Promise<readonly Trail[]> {
  const { DescribeTrailsCommand, ListTrailsCommand } = await import('@aws-sdk/client-cloudtrail');
  const found = new Map<string, Trail>();
  const add = (trails: readonly Trail[] | undefined): void => {
    for (const trail of trails ?? []) if (trail.TrailARN !== undefined) found.set(trail.TrailARN, trail);
  };
  try {
    add((await clientOf(undefined).send(new DescribeTrailsCommand({}))).trailList);
  } catch (error) {
    throw awsError(error, 'read the trails', 'cloudtrail:DescribeTrails');
  }
  try {
    let token: string | undefined;
    do {
      const page = await clientOf(undefined).send(
        new ListTrailsCommand(token === undefined ? {} : { NextToken: token }),
      );
      for (const { TrailARN: arn, HomeRegion: region } of page.Trails ?? []) {
        if (arn === undefined || region === undefined || found.has(arn)) continue;
        add((await clientOf(region).send(new DescribeTrailsCommand({ trailNameList: [arn] }))).trailList);
      }
      token = page.NextToken;
    } while (token !== undefined);
  } catch (error) {
    problems.push(
      `trails of other regions are not known: \`cloudtrail:ListTrails\` failed (${awsErrorCode(error)})`,
    );
  }
  return [...found.values()].sort((a, b) => ((a.TrailARN ?? '') < (b.TrailARN ?? '') ? -1 : 1));
}

async function factsOf(
  client: CloudTrailClient,
  trail: Trail,
  problems: string[],
): Promise<TrailFacts | undefined> {
  const { GetEventSelectorsCommand, GetTrailStatusCommand } = await import('@aws-sdk/client-cloudtrail');
  const { TrailARN: arn = '', Name: name = '', KmsKeyId: kmsKeyId, S3KeyPrefix: prefix } = trail;
  let selectors: ReturnType<typeof readSelectors>;
  try {
    selectors = readSelectors(await client.send(new GetEventSelectorsCommand({ TrailName: arn })));
  } catch (error) {
    problems.push(
      `trail \`${oneLine(name)}\` is left out: its event selectors are not known (${awsErrorCode(error)})`,
    );
    return undefined;
  }
  problems.push(...selectors.problems.map((problem) => `trail \`${oneLine(name)}\`: ${problem}`));
  let status: Pick<TrailFacts, 'isLogging' | 'startedLogging' | 'stoppedLogging'> = {};
  try {
    const answer = await client.send(new GetTrailStatusCommand({ Name: arn }));
    status = {
      ...(answer.IsLogging !== undefined && { isLogging: answer.IsLogging }),
      ...(answer.StartLoggingTime && { startedLogging: answer.StartLoggingTime.getTime() }),
      ...(answer.StopLoggingTime && { stoppedLogging: answer.StopLoggingTime.getTime() }),
    };
  } catch (error) {
    problems.push(`trail \`${oneLine(name)}\`: whether it was logging is not known (${awsErrorCode(error)})`);
  }
  return {
    name,
    arn,
    homeRegion: trail.HomeRegion ?? '',
    multiRegion: trail.IsMultiRegionTrail === true,
    organization: trail.IsOrganizationTrail === true,
    includesGlobalServiceEvents: trail.IncludeGlobalServiceEvents === true,
    logFileValidation: trail.LogFileValidationEnabled === true,
    bucket: trail.S3BucketName ?? '',
    ...(prefix !== undefined && prefix !== '' && { prefix }),
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    management: selectors.management,
    data: selectors.data,
    ...status,
  };
}

/**
 * The trail to read where the user named none: by name or ARN, else the only one, else the one that covers most. Throws a
 * UsageError where that does not settle it.
 */
export function chooseTrail(trails: readonly TrailFacts[], wanted?: string): TrailFacts {
  if (wanted !== undefined) {
    const named = trails.filter((trail) => trail.arn === wanted || trail.name === wanted);
    if (named[0] && named.length === 1) return named[0];
    throw new UsageError(
      named.length > 1
        ? `trail \`${wanted}\` exists in several regions; give its arn`
        : `there is no trail \`${wanted}\`; known are ${namesOf(trails)}`,
    );
  }
  const best = Math.max(...trails.map(breadth));
  const [first, ...others] = trails.filter((trail) => breadth(trail) === best);
  if (!first) throw new UsageError('this account has no trail; give `--bucket`, or use `--source lookup`');
  if (others.some((trail) => trail.bucket !== first.bucket || trail.prefix !== first.prefix))
    throw new UsageError(`several trails could be read: ${namesOf(trails)}; name one with \`--trail\``);
  return first;
}

const namesOf = (trails: readonly TrailFacts[]): string =>
  trails.length === 0 ? 'none' : trails.map((trail) => `\`${oneLine(trail.name)}\``).join(', ');

const breadth = ({ multiRegion, management, isLogging }: TrailFacts): number =>
  (isLogging === false ? 0 : 8) +
  (multiRegion ? 4 : 0) +
  (management.write ? 2 : 0) +
  (management.read ? 1 : 0);
