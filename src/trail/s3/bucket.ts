/** One bucket as the run reaches it: the SDK's client in the bucket's own region, and what every request to it must carry. */
import type { ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { AccessError, isExpected, RunError } from '../../errors.ts';
import { type AwsOptions, awsClientConfig } from '../aws-config.ts';
import { awsError, awsErrorCode, isDenied, oneLine } from '../aws-error.ts';

export interface BucketOptions {
  readonly bucket: string;
  /** Sends `x-amz-request-payer`: without it a requester-pays bucket answers 403. */
  readonly requesterPays?: boolean;
  /** Account that must own the bucket; S3 answers 403 otherwise, which protects against a bucket re-created by a stranger. */
  readonly expectedBucketOwner?: string;
}

/** Members that every command on the bucket carries. */
export interface BucketRequest {
  readonly Bucket: string;
  readonly RequestPayer?: 'requester';
  readonly ExpectedBucketOwner?: string;
}

export interface Bucket {
  readonly client: S3Client;
  readonly request: BucketRequest;
}

export type Page = Pick<ListObjectsV2CommandOutput, 'Contents' | 'CommonPrefixes' | 'NextContinuationToken'>;

export interface ListInput {
  readonly prefix: string;
  /** Folders only, one level. */
  readonly folders?: boolean;
  readonly startAfter?: string;
  readonly token?: string;
}

/**
 * Opens the bucket, in its own region wherever that is, by listing one key under `prefix`.
 * Throws an AccessError where the bucket cannot be listed at all.
 */
export async function openBucket(
  aws: AwsOptions,
  options: BucketOptions,
  prefix: string,
  signal?: AbortSignal,
): Promise<Bucket> {
  const request: BucketRequest = {
    Bucket: options.bucket,
    ...(options.requesterPays === true && { RequestPayer: 'requester' as const }),
    ...(options.expectedBucketOwner !== undefined && { ExpectedBucketOwner: options.expectedBucketOwner }),
  };
  const bucket: Bucket = { client: await s3Client(aws), request };
  try {
    await listPage(bucket, { prefix, folders: true }, signal);
    return bucket;
  } catch (error) {
    const region = bucketRegion(error);
    if (!isRedirect(error)) throw bucketError(error, options);
    bucket.client.destroy();
    if (region === undefined) throw redirectError(options.bucket);
    return await openElsewhere({ ...aws, region }, request, options, prefix, signal);
  }
}

async function openElsewhere(
  aws: AwsOptions,
  request: BucketRequest,
  options: BucketOptions,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<Bucket> {
  const bucket: Bucket = { client: await s3Client(aws), request };
  try {
    await listPage(bucket, { prefix, folders: true }, signal);
    return bucket;
  } catch (error) {
    throw isRedirect(error) ? redirectError(request.Bucket) : bucketError(error, options);
  }
}

/**
 * One page of a listing; throws what the SDK throws, after its own retries. A 200 that is no listing (the SDK reads a
 * proxy's web page as an empty one) throws too: it must not pass for an empty folder.
 */
export async function listPage(bucket: Bucket, input: ListInput, signal?: AbortSignal): Promise<Page> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const command = new ListObjectsV2Command({
    ...bucket.request,
    Prefix: input.prefix,
    ...(input.folders === true && { Delimiter: '/' }),
    ...(input.startAfter !== undefined && { StartAfter: input.startAfter }),
    ...(input.token !== undefined && { ContinuationToken: input.token }),
  });
  const page = await bucket.client.send(command, signal === undefined ? {} : { abortSignal: signal });
  if (page.Name === undefined || (page.IsTruncated === true && page.NextContinuationToken === undefined))
    throw new RunError(
      `\`s3://${bucket.request.Bucket}/${input.prefix}\` was answered with something that is no listing; is a proxy or a ` +
        'login page in between',
    );
  return page;
}

async function s3Client(aws: AwsOptions): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const config = await awsClientConfig(aws);
  // A local stand-in has no name per bucket.
  return new S3Client({ ...config, forcePathStyle: aws.endpointUrl !== undefined });
}

/** The error to throw where the bucket cannot be listed. A 403 has three causes that S3 does not tell apart. */
export function bucketError(error: unknown, options: BucketOptions): Error {
  if (isExpected(error)) return error;
  const { bucket, requesterPays, expectedBucketOwner: owner } = options;
  if (awsErrorCode(error) === 'NoSuchBucket')
    return new AccessError(`bucket \`${bucket}\` does not exist; check the name, or the trail that names it`);
  const doing = `list \`s3://${bucket}/\``;
  if (!isDenied(awsErrorCode(error))) return awsError(error, doing, 's3:ListBucket');
  const needs = [
    '`s3:ListBucket` is needed',
    ...(owner === undefined ? [] : [`the bucket has to belong to \`${owner}\``]),
    ...(requesterPays === true ? [] : ['a requester-pays bucket takes `--requester-pays`']),
  ];
  return new AccessError(`could not ${doing}: access denied; ${needs.join(', ')} (${oneLine(error)})`);
}

export const redirectError = (bucket: string): AccessError =>
  new AccessError(
    `bucket \`${bucket}\` is in another region or partition (301); give its region with \`--region\``,
  );

interface HttpFailure {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

const isRedirect = (error: unknown): boolean =>
  (error as HttpFailure).$metadata?.httpStatusCode === 301 ||
  awsErrorCode(error) === 'PermanentRedirect' ||
  (awsErrorCode(error) === 'AuthorizationHeaderMalformed' && bucketRegion(error) !== undefined);

const bucketRegion = (error: unknown): string | undefined =>
  (error as HttpFailure).$response?.headers?.['x-amz-bucket-region'];
