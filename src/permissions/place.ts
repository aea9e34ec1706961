/** Partition, region and account that a record implies for resources named without them. */
import type { Attribution, EventResource, TrailEvent } from '../events/event.ts';
import { partitionOf } from './partition.ts';
import type { Place } from './template.ts';

/** Places met so far, so that what depends on nothing else is built once a place; bounded, as logs name them. */
const KNOWN = new Map<string, Map<string, Place>>();
const MAX_REGIONS = 100;
const MAX_ACCOUNTS = 1_000;
const NO_ACCOUNT = '';

/** The resource's own account where the record tells it, else the account that received the call. */
export function placeOf(event: TrailEvent, resources: readonly EventResource[]): Place {
  const { awsRegion: region, principal } = event;
  const account = ownerOf(resources) ?? event.recipientAccountId ?? principal.accountId;
  const partition = partitionFor(principal, region);
  // One place follows another seldom.
  if (
    last === undefined ||
    last.region !== region ||
    last.account !== account ||
    last.partition !== partition
  )
    last = known(partition, region, account);
  return last;
}
let last: Place | undefined;

function known(partition: string, region: string, account: string | undefined): Place {
  let accounts = KNOWN.get(region);
  const found = accounts?.get(account ?? NO_ACCOUNT);
  if (found?.partition === partition) return found;
  const place = { partition, region, account };
  if (!accounts && KNOWN.size < MAX_REGIONS) {
    accounts = new Map();
    KNOWN.set(region, accounts);
  }
  if (accounts && accounts.size < MAX_ACCOUNTS) accounts.set(account ?? NO_ACCOUNT, place);
  return place;
}

/** A principal acts in its own partition only, so its ARN is surer than the spelling of a region's name. */
function partitionFor(principal: Attribution, region: string): string {
  if (principal.kind === 'none') return partitionOf(region);
  const { arn } = principal;
  return arn.startsWith('arn:aws:') ? 'aws' : (arn.split(':', 2)[1] ?? partitionOf(region));
}

/** The one account that resources[] names; undefined where it names none or several. */
function ownerOf(resources: readonly EventResource[]): string | undefined {
  let owner: string | undefined;
  for (const { accountId } of resources) {
    if (accountId === undefined) continue;
    if (owner !== undefined && owner !== accountId) return undefined;
    owner = accountId;
  }
  return owner;
}
