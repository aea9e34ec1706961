/** From flags to a setup: which facts hold of the run that is meant, and what is known of its places. */
import type { AccountPrincipal } from '../../account/account.ts';
import type { Caller } from '../../account/live.ts';
import type { TrailFacts } from '../../trail/facts.ts';
import type { PrincipalFilter } from '../../trail/source.ts';
import type { Args, Io } from '../command.ts';
import type { Setup } from './needs.ts';
import type { Known } from './places.ts';

/** Whether the account is read live: by default wherever the events come from AWS. */
export const readsAccount = (args: Args): boolean =>
  args.for === 'generate' &&
  (args.account === undefined ? args.source !== 'dir' : String(args.account) === 'live');

/** Whether the run reaches AWS at all. */
export const reachesAws = (args: Args): boolean =>
  args.for === 'snapshot' ||
  args.source !== 'dir' ||
  readsAccount(args) ||
  args.accessAnalyzer === true ||
  needsKeys(args);

const needsKeys = (args: Args): boolean => args.verifyDigests === true && args.publicKeys === undefined;

export interface SetupInput {
  readonly args: Args;
  readonly filter: PrincipalFilter | undefined;
  /** The trail that is read, where it is known. */
  readonly trail: TrailFacts | undefined;
}

/** The facts that `when` of the parts speaks of. */
export function setupFacts({ args, filter, trail }: SetupInput): Setup {
  const facts = new Set<string>();
  const add = (fact: string, holds: boolean): void => {
    if (holds) facts.add(fact);
  };
  const snapshot = args.for === 'snapshot';
  const live = readsAccount(args);
  add('snapshot', snapshot);
  add('assume', args.roleArn !== undefined);
  if (snapshot) return facts;
  add(`source:${args.source}`, true);
  add('athena:size', args.source === 'athena' && (args.maxBytes !== undefined || args.dryRun === true));
  add('account:live', live);
  add('kind:role', filter?.kind !== 'user');
  add('kind:user', filter?.kind === 'user');
  add('trails:live', live || (args.source === 's3' && args.bucket === undefined));
  add('kms', trail?.kmsKeyId !== undefined);
  add('keys:live', needsKeys(args));
  add('analyzer', args.accessAnalyzer === true);
  return facts;
}

export interface KnownInput extends SetupInput {
  readonly env: Io['env'];
  readonly caller: Caller | undefined;
  readonly principal: AccountPrincipal | undefined;
  readonly place: { readonly bucket: string; readonly prefix?: string } | undefined;
}

/** What is known of the places. A role whose path nobody told may lie under any. */
export function knownPlaces(input: KnownInput): Known {
  const { args, env, caller, filter, principal, trail, place } = input;
  const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
  const region = text(args.region) ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  const account = caller?.accountId ?? filter?.accountId;
  const partition = caller?.partition ?? filter?.arn?.split(':')[1];
  const arn = principal?.arn ?? filter?.arn;
  const named = filter && account && `arn:${partition ?? 'aws'}:iam::${account}:${filter.kind}/`;
  const principals = arn ? [arn] : named ? [`${named}${filter.name}`, `${named}*/${filter.name}`] : undefined;
  const results = /^s3:\/\/([^/]+)\/?(.*)$/.exec(text(args.outputLocation) ?? '');
  const prefix = place?.prefix?.replace(/^\/+|\/+$/g, '').replace(/(?:^|\/)AWSLogs(?:\/.*)?$/, '');
  return {
    ...defined('partition', partition),
    ...defined('accountId', account),
    ...defined('region', region),
    ...defined('trailBucket', place?.bucket),
    ...defined('trailPrefix', place && (prefix ? `${prefix}/` : '')),
    ...defined('trailKey', trail?.kmsKeyId),
    ...defined('principals', principals),
    ...defined('workgroup', text(args.workgroup) ?? 'primary'),
    ...defined('catalog', text(args.catalog)),
    ...defined('database', text(args.database) ?? 'default'),
    ...defined('table', text(args.table)),
    ...defined('resultsBucket', results?.[1]),
    ...defined('resultsPrefix', results?.[2]?.replace(/([^/])$/, '$1/')),
    ...defined('readingRole', text(args.roleArn)),
  };
}

const defined = <K extends string, V>(key: K, value: V | undefined): { readonly [k in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [k in K]?: V };
