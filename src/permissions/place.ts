/** Partition, region and account that a record implies for resources named without them. */
import type { TrailEvent } from '../events/event.ts';
import { partitionOf } from './partition.ts';
import type { Place } from './template.ts';

/** Places met so far, so that what depends on nothing else is built once a place; bounded, as logs name them. */
const KNOWN = new Map<string, Place>();
const MAX_PLACES = 1_000;

/** The resource's own account where the record tells it, else the account that received the call. */
export function placeOf(event: TrailEvent): Place {
  const account = ownerOf(event) ?? event.recipientAccountId ?? event.principal.accountId;
  // A principal acts in its own partition only, so its ARN is surer than the spelling of a region's name.
  const own = 'arn' in event.principal ? event.principal.arn.split(':', 2)[1] : undefined;
  const key = `${event.awsRegion} ${account} ${own}`;
  const known = KNOWN.get(key);
  if (known) return known;
  const place = { partition: own ?? partitionOf(event.awsRegion), region: event.awsRegion, account };
  if (KNOWN.size < MAX_PLACES) KNOWN.set(key, place);
  return place;
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
