/**
 * One event as the mapping sees it. Where events are not of one shape each place in the code that reads a member pays for
 * that: a member is read once, when it is first asked for.
 */
import type { Attribution, EventResource, JsonObject, TrailEvent } from '../events/event.ts';
import { placeOf } from './place.ts';
import type { Place } from './template.ts';

/** The members that paths lead into. */
export type Shown = Pick<
  TrailEvent,
  'requestParameters' | 'responseElements' | 'additionalEventData' | 'principal'
>;

/** Owned by a resolver, which has one and fills it anew for each event: nothing may keep it. */
export class Call implements Shown {
  /** The service that made the call on the principal's behalf; undefined where none did. */
  caller: string | undefined;
  #event!: TrailEvent;
  #request: JsonObject | null | undefined;
  #resources: readonly EventResource[] | undefined;
  #place: Place | undefined;

  /** `caller` is the event's `invokedBy`, which who asks has read already. */
  open(event: TrailEvent, caller: string | undefined): void {
    this.#event = event;
    this.#request = undefined;
    this.#resources = undefined;
    this.#place = undefined;
    this.caller = caller;
  }

  get requestParameters(): JsonObject | null {
    if (this.#request === undefined) this.#request = this.#event.requestParameters;
    return this.#request;
  }

  get resources(): readonly EventResource[] {
    if (this.#resources === undefined) this.#resources = this.#event.resources;
    return this.#resources;
  }

  /** Where resources are that the record names without their place. */
  get place(): Place {
    if (this.#place === undefined) this.#place = placeOf(this.#event, this.resources);
    return this.#place;
  }

  /** Read last and seldom: a scan that groups records treats those alike whose response is never looked at. */
  get responseElements(): JsonObject | null {
    return this.#event.responseElements;
  }

  get additionalEventData(): JsonObject | null {
    return this.#event.additionalEventData;
  }

  /** Of it only what `isSameToMapping` compares may be read. */
  get principal(): Attribution {
    return this.#event.principal;
  }

  get awsRegion(): string {
    return this.#event.awsRegion;
  }
}

/** Whether calls of two principals that are alike in all else need the same: of a role only partition and account tell. */
export const isSameToMapping = (one: Attribution, other: Attribution): boolean =>
  one === other ||
  (one.kind === 'role' &&
    other.kind === 'role' &&
    one.accountId === other.accountId &&
    one.arn.startsWith(COMMERCIAL) &&
    other.arn.startsWith(COMMERCIAL));
/** Principals of other partitions are told apart by more than this; there are few. */
const COMMERCIAL = 'arn:aws:';
