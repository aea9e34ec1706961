/** The plan's input for one principal out of what a run has read: the same for a single run and for a review. */
import { hash } from 'node:crypto';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { PlanInput, PlanOptions } from '../plan/input.ts';
import type { Window } from '../trail/source.ts';
import type { PrincipalUsage } from '../usage/usage.ts';
import { VERSION } from '../version.ts';
import { coverageOf } from './coverage.ts';
import type { Evidence } from './evidence.ts';
import type { Granted } from './granted.ts';

export interface InputParts {
  readonly evidence: Evidence;
  readonly usage: PrincipalUsage;
  readonly granted: Granted;
  readonly catalogue: Catalogue;
  readonly window: Window;
  readonly options: PlanOptions;
}

export function planInput({ evidence, usage, granted, catalogue, window, options }: InputParts): PlanInput {
  const { principal, lastAccessed, trails, digests } = granted;
  return {
    usage,
    ...(principal ? { account: principal } : {}),
    ...(lastAccessed ? { lastAccessed } : {}),
    coverage: coverageOf({ evidence, usage, principal, catalogue, window, trails, lastAccessed }),
    source: evidence.source,
    catalogue,
    options,
    toolVersion: VERSION,
    inputDigests: [
      ...digests,
      // What files cannot stand for: of many logs the part that is this principal's, and an account that was read live.
      ['events of the principal', digestOf(usage)] as const,
      ...(principal ? [['grants of the principal', digestOf(principal)] as const] : []),
    ].sort((a, b) => (a[0] < b[0] ? -1 : 1)),
  };
}

/** Of the value as JSON: the ledger is sorted, so that equal evidence has equal text whatever the order it came in. */
const digestOf = (value: unknown): string => hash('sha256', JSON.stringify(value));
