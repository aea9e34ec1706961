/** What gen-policy's own calls need: which calls a setup makes, and the IAM actions behind each, one row a pair. */
import rows from './data/calls.json' with { type: 'json' };
import partRows from './data/parts.json' with { type: 'json' };

/** What a statement's resources are; `places.ts` makes ARNs of them. */
export type PlaceKind =
  | 'any'
  | 'trail-bucket'
  | 'trail-objects'
  | 'trail-key'
  | 'principal'
  | 'workgroup'
  | 'data-catalog'
  | 'table'
  | 'results-bucket'
  | 'results-objects'
  | 'reading-role';

/** One command that the code sends, and one action that IAM asks for it. */
export interface OwnCall {
  /** `service:Operation` as the SDK names it. */
  readonly command: string;
  readonly action: string;
  /** AWS's page that says so. */
  readonly source: string;
}

/** One statement of a shipped policy. */
export interface Part {
  readonly module: string;
  readonly sid: string;
  readonly resource: PlaceKind;
  /** Setups that need it: any of the texts, of which each names facts that must all hold. Empty: none needs it. */
  readonly when: readonly string[];
  /** Without it the run goes on, and says what it could not read. */
  readonly optional: boolean;
  /** What it is for; completes "to …". */
  readonly purpose: string;
  /** Sorted by command, then action. */
  readonly calls: readonly OwnCall[];
}

/** Every part, sorted by module and Sid. */
export const PARTS: readonly Part[] = partRows.map((part) => ({
  ...part,
  resource: part.resource as PlaceKind,
  calls: rows
    .filter(({ sid }) => sid === part.sid)
    .map(({ command, action, source }) => ({ command, action, source })),
}));

/** Modules, sorted. */
export const MODULES: readonly string[] = [...new Set(PARTS.map((part) => part.module))];

/** A setup's facts, e.g. `source:s3`, `account:live`, `kind:role`. */
export type Setup = ReadonlySet<string>;

/** The parts that a run in this setup needs, and no other. */
export const neededParts = (setup: Setup): readonly Part[] =>
  PARTS.filter((part) => part.when.some((facts) => facts.split(' ').every((fact) => setup.has(fact))));

/** Actions of a part, sorted, each once. */
export const actionsOf = (part: Part): readonly string[] =>
  [...new Set(part.calls.map((call) => call.action))].sort();
