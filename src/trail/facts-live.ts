/** Trail facts from the account itself: DescribeTrails and ListTrails, then GetTrailStatus and GetEventSelectors of each. */
import type { CloudTrailClient, Trail } from '@aws-sdk/client-cloudtrail';
import { UsageError } from '../errors.ts';
import { type AwsOptions, awsClientConfig } from './aws-config.ts';
import { awsError, awsErrorCode, oneLine } from './aws-error.ts';
import type { TrailFacts } from './facts.ts';
import { type TrailAnswer, type TrailFactsResult, trailFacts } from './facts-read.ts';

/**
 * All trails that record this account: those of every region, and the organisation's. Throws an AccessError where not even
 * DescribeTrails is allowed.
 */
export async function readTrailFacts(aws: AwsOptions): Promise<TrailFactsResult> {
  const { answers, problems } = await readTrailAnswers(aws);
  return trailFacts(answers, problems);
}

/** As `readTrailFacts`, but AWS's own answers, for a snapshot. */
export async function readTrailAnswers(
  aws: AwsOptions,
): Promise<{ readonly answers: readonly TrailAnswer[]; readonly problems: readonly string[] }> {
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
    const answers: TrailAnswer[] = [];
    for (const trail of found) answers.push(await answersOf(clientOf(trail.HomeRegion), trail, problems));
    return { answers, problems };
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

/** Asks for one trail's selectors and status; what is refused is named, and stays undefined in the answer. */
async function answersOf(client: CloudTrailClient, trail: Trail, problems: string[]): Promise<TrailAnswer> {
  const { GetEventSelectorsCommand, GetTrailStatusCommand } = await import('@aws-sdk/client-cloudtrail');
  const { TrailARN: arn = '', Name: name = '' } = trail;
  const selectors = await client
    .send(new GetEventSelectorsCommand({ TrailName: arn }))
    .catch((error: unknown) => {
      problems.push(
        `trail \`${oneLine(name)}\` is left out: its event selectors are not known (${awsErrorCode(error)})`,
      );
    });
  if (!selectors) return { trail };
  const status = await client.send(new GetTrailStatusCommand({ Name: arn })).catch((error: unknown) => {
    problems.push(`trail \`${oneLine(name)}\`: whether it was logging is not known (${awsErrorCode(error)})`);
  });
  return { trail, selectors, ...(status && { status }) };
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
