/** Partition, region and account that a record implies for resources named without them. */
import type { TrailEvent } from '../events/event.ts';
import { partitionOf } from './partition.ts';
import type { Place } from './template.ts';

/** Places met so far, so that what depends on nothing else is built once a place; bounded, as logs name them. */
const KNOWN = new Map<string, Map<string, Place>>();
const MAX_REGIONS = 100;
const MAX_ACCOUNTS = 1_000;
const NO_ACCOUNT = '';

/** The resource's own account where the record tells it, else the account that received the call. */
export function placeOf(event: TrailEvent): Place {
  const account = ownerOf(event) ?? event.recipientAccountId ?? event.principal.accountId;
  let accounts = KNOWN.get(event.awsRegion);
  const known = accounts?.get(account ?? NO_ACCOUNT);
  const partition = partitionFor(event);
  if (known?.partition === partition) return known;
  const place = { partition, region: event.awsRegion, account };
  if (!accounts && KNOWN.size < MAX_REGIONS) {
    accounts = new Map();
    KNOWN.set(event.awsRegion, accounts);
  }
  if (accounts && accounts.size < MAX_ACCOUNTS) accounts.set(account ?? NO_ACCOUNT, place);
  return place;
}

/** A principal acts in its own partition only, so its ARN is surer than the spelling of a region's name. */
function partitionFor(event: TrailEvent): string {
  if (event.principal.kind === 'none') return partitionOf(event.awsRegion);
  const { arn } = event.principal;
  return arn.startsWith('arn:aws:') ? 'aws' : (arn.split(':', 2)[1] ?? partitionOf(event.awsRegion));
}

/** The one account that resources[] names; undefined where it names none or several. */
function ownerOf(event: TrailEvent): string | undefined {
  let owner: string | undefined;
  for (const { accountId } of event.resources) {
    if (accountId === undefined) continue;
    if (owner !== undefined && owner !== accountId) return undefined;
    owner = accountId;
  }
  return owner;
}
