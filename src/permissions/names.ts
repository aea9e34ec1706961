/** From CloudTrail's spelling of a call to the service prefixes and the operation name that IAM knows. */
import services from './data/services.json' with { type: 'json' };

const PREFIXES: ReadonlyMap<string, readonly string[]> = new Map(
  services.map((row) => [row.service, row.prefixes]),
);

/** `s3.amazonaws.com` -> `s3`; undefined for a source outside AWS's own domains. */
export function serviceOf(eventSource: string): string | undefined {
  for (const suffix of ['.amazonaws.com', '.amazonaws.com.cn'])
    if (eventSource.endsWith(suffix)) return eventSource.slice(0, -suffix.length);
  return undefined;
}

/** IAM prefixes to look an operation up in, first match wins; most services have one equal to their name. */
export const prefixesOf = (service: string): readonly string[] =>
  PREFIXES.get(service) ?? [service.toLowerCase()];

/**
 * `CreateFunction20150331v2` -> `CreateFunction`. Strict: an action that ends in plain digits (`ListObjectsV2`,
 * `RestoreDBInstanceFromS3`) keeps them. Lambda and CloudFront put the API version into the event name.
 * https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 */
export const withoutVersion = (eventName: string): string =>
  eventName.replace(/(?:20\d{6}(?:v\d+)?|20\d\d_\d\d_\d\d)$/, '');

/** Names from a log go into reasons that are printed: no control characters, no more than 100 characters. */
export const printable = (text: string): string => text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?');
