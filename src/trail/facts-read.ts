/**
 * Trail facts from AWS's own answers, asked live or read from the `trails.json` of a snapshot: what `aws cloudtrail
 * describe-trails`, `get-event-selectors` and `get-trail-status` print.
 */
import type { GetTrailStatusResponse, Trail } from '@aws-sdk/client-cloudtrail';
import { UsageError } from '../errors.ts';
import { oneLine } from './aws-error.ts';
import type { TrailFacts } from './facts.ts';
import { readSelectors, type SelectorsAnswer } from './selectors.ts';

export interface TrailFactsResult {
  /** Sorted by ARN. */
  readonly trails: readonly TrailFacts[];
  /** What could not be learnt, one line each; a trail whose selectors are unknown is not among `trails`. */
  readonly problems: readonly string[];
}

/** What AWS says of one trail; an answer that was refused is absent. */
export interface TrailAnswer {
  readonly trail: Trail;
  readonly selectors?: SelectorsAnswer;
  readonly status?: Pick<GetTrailStatusResponse, 'IsLogging'> & {
    readonly StartLoggingTime?: Date | string | undefined;
    readonly StopLoggingTime?: Date | string | undefined;
  };
}

/** The facts of every trail whose selectors are known. `problems`: those met while asking. */
export function trailFacts(answers: readonly TrailAnswer[], problems: readonly string[]): TrailFactsResult {
  const all = [...problems];
  const trails = answers.flatMap((answer) => factsOf(answer, all));
  return { trails, problems: all };
}

function factsOf(
  { trail, selectors: answer, status }: TrailAnswer,
  problems: string[],
): readonly TrailFacts[] {
  if (!answer) return [];
  const { TrailARN: arn = '', Name: name = '', KmsKeyId: kmsKeyId, S3KeyPrefix: prefix } = trail;
  const selectors = readSelectors(answer);
  problems.push(...selectors.problems.map((problem) => `trail \`${oneLine(name)}\`: ${problem}`));
  const started = epoch(status?.StartLoggingTime);
  const stopped = epoch(status?.StopLoggingTime);
  return [
    {
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
      ...(status?.IsLogging !== undefined && { isLogging: status.IsLogging }),
      ...(started !== undefined && { startedLogging: started }),
      ...(stopped !== undefined && { stoppedLogging: stopped }),
    },
  ];
}

function epoch(value: Date | string | undefined): number | undefined {
  const ms = value === undefined ? Number.NaN : new Date(value).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}

/** The `trails.json` of a snapshot: `{"trails": [{trail, selectors, status}], "problems": [..]}`. */
export function parseTrails(value: unknown, origin: string): TrailFactsResult {
  const list = (value as { readonly trails?: unknown } | null)?.trails;
  const said = (value as { readonly problems?: unknown } | null)?.problems;
  if (
    !Array.isArray(list) ||
    list.some((one) => typeof (one as { trail?: { TrailARN?: unknown } })?.trail?.TrailARN !== 'string')
  )
    throw new UsageError(
      `\`${origin}\` is not the \`trails.json\` of a snapshot: take one with \`gen-policy snapshot\``,
    );
  const problems = Array.isArray(said) ? said.filter((one) => typeof one === 'string') : [];
  return trailFacts(list as readonly TrailAnswer[], problems);
}
