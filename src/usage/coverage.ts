/**
 * What the evidence could have shown: account x region x day x category, and what was missing. A permission is called
 * unused only where every part of the window that could have logged it was read.
 */
import type { GapReason, Window } from '../trail/source.ts';

export interface Gap {
  readonly reason:
    | GapReason
    | 'trail-stopped'
    | 'before-trail'
    | 'before-principal'
    | 'selector-narrower'
    | 'source-limit';
  /** Half-open, epoch ms; undefined: the whole window. */
  readonly from?: number;
  readonly to?: number;
  readonly accountId?: string;
  readonly region?: string;
  /** The gap is everywhere but in these regions: what a single-region trail leaves out. */
  readonly exceptRegions?: readonly string[];
  readonly objects: number;
  /** One line, safe to print. */
  readonly detail: string;
}

export interface Coverage {
  readonly window: Window;
  /**
   * None: nothing was read. Partial: a gap could have held an event of the principal. Complete: neither. A principal younger
   * than the window (`before-principal`) and gaps of other accounts are listed but leave nothing of this principal unseen.
   */
  readonly state: 'complete' | 'partial' | 'none';
  readonly gaps: readonly Gap[];
  /** How management events are known to be recorded; `assumed` where no trail facts were available. */
  readonly management: {
    readonly read: Seen;
    readonly write: Seen;
    readonly excludedSources: readonly string[];
  };
  /** Data-event resource types known or seen to be recorded; sorted by type, then access. */
  readonly data: readonly DataCoverage[];
  /** [accountId, region, day, objects] read; sorted. */
  readonly cells: readonly (readonly [string, string, string, number])[];
  readonly lastEventTime?: number;
}

export interface DataCoverage {
  readonly resourceType: string;
  /** Set where reads and writes differ, one row each. */
  readonly access?: 'read' | 'write';
  readonly seen: Seen;
  readonly detail: string;
}

/** yes: configured for the whole window. part: for a part of it or for some resources. no: off. assumed: nobody said. */
export type Seen = 'yes' | 'part' | 'no' | 'assumed';
