/** Runs the trials that the needed parts ask for, adds what the listing and the sample showed, and asks IAM of the rest. */
import type { Caller } from '../../account/live.ts';
import type { LiveOptions } from '../../account/live-calls.ts';
import type { Attempt, Trials } from '../../trail/attempt.ts';
import type { TrailFacts } from '../../trail/facts.ts';
import type { PrincipalFilter } from '../../trail/source.ts';
import type { Args, Io } from '../command.ts';
import type { Found, Logs } from './look.ts';
import type { Part } from './needs.ts';
import { checkPermissions, type PermissionInput, type PermissionRow } from './permissions.ts';
import type { Known } from './places.ts';

export interface TryInput {
  readonly args: Args;
  readonly filter: PrincipalFilter | undefined;
  readonly live: LiveOptions;
  readonly caller: Caller;
  readonly trail: TrailFacts | undefined;
  readonly parts: readonly Part[];
  readonly known: Known;
  readonly logs: Found<Logs> | undefined;
  readonly io: Io;
}

export async function tryPermissions(input: TryInput): Promise<readonly PermissionRow[]> {
  const { args, live, caller, parts, known, io } = input;
  const commands = [...new Set(parts.flatMap((part) => part.calls.map((call) => call.command)))];
  const [{ attempt }, trials, { policySource, simulate }] = await Promise.all([
    import('../../trail/attempt.ts'),
    trialsFor(commands, input),
    import('../../account/live-trials.ts'),
  ]);
  const attempts = [...(await attempt(trials, commands, io.signal)), ...fromLogs(input)];
  const source = policySource(caller, args.roleArn === undefined ? undefined : String(args.roleArn));
  return checkPermissions({
    parts,
    known,
    attempts,
    simulate: (actions, resources) => simulate(live, source, actions, resources),
  });
}

async function trialsFor(commands: readonly string[], input: TryInput): Promise<Trials> {
  const { live, caller, filter, trail, io } = input;
  const wanted = (service: string): boolean => commands.some((one) => one.startsWith(`${service}:`));
  const account = await import('../../account/live-trials.ts');
  const { athenaTrials, cloudTrailTrials } = await import('../../trail/trials.ts');
  const options = {
    config: live.config,
    now: io.now(),
    signal: io.signal,
    ...(trail ? { trail: trail.arn } : {}),
  };
  return {
    ...(wanted('iam') ? await account.iamTrials(live, caller, filter) : {}),
    ...(wanted('organizations') ? await account.organizationTrials(live, caller) : {}),
    ...(wanted('access-analyzer') ? await account.analyzerTrials(live) : {}),
    ...(wanted('cloudtrail') ? await cloudTrailTrials(options) : {}),
    ...(wanted('athena') ? await athenaTrials(options) : {}),
  };
}

type Told = PermissionInput['attempts'][number];

/** What listing the bucket and reading the sample showed; and that credentials of the reading role were had. */
function fromLogs({ args, logs }: TryInput): readonly Told[] {
  const told: Told[] = args.roleArn === undefined ? [] : [{ command: 'sts:AssumeRole', verdict: 'allowed' }];
  if (args.source !== 's3' || logs === undefined) return told;
  const list = (verdict: Attempt['verdict'], detail?: string): Told => ({
    command: 's3:ListObjectsV2',
    verdict,
    ...(detail === undefined ? {} : { detail }),
  });
  if ('error' in logs) {
    const { message } = logs.error;
    return [...told, list(/access denied/.test(message) ? 'denied' : 'unknown', message)];
  }
  told.push(list('allowed'));
  const { sample } = logs.value;
  const refused = sample?.refused;
  const get = { command: 's3:GetObject', on: 'TrailObjects' };
  const decrypt = { command: 's3:GetObject', on: 'TrailKey', action: 'kms:Decrypt' };
  if (refused?.reason === 'kms-denied') {
    told.push({ ...get, verdict: 'allowed' }, { ...decrypt, verdict: 'denied', detail: refused.detail });
  } else if (refused?.reason === 'access-denied') {
    told.push({ ...get, verdict: 'denied', detail: refused.detail });
  } else if ((sample?.objects ?? 0) > 0) {
    told.push({ ...get, verdict: 'allowed' }, { ...decrypt, verdict: 'allowed' });
  }
  return told;
}
