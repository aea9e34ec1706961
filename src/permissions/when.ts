/** The conditions of table rows: what the parameters of a request must show for the row to apply. */
import type { TrailEvent } from '../events/event.ts';
import { compilePath } from './path.ts';

/** All that is stated must hold. Patterns are ours, never a log's; they match without regard to case. */
export interface When {
  readonly has?: readonly string[];
  readonly any?: readonly string[];
  readonly lacks?: readonly string[];
  readonly match?: Readonly<Record<string, string>>;
  readonly notMatch?: Readonly<Record<string, string>>;
}

export type Condition = (event: TrailEvent) => boolean;

/** Compiles a row's condition. A pattern holds when one of the values at its path matches it. */
export function compileWhen(when: When): Condition {
  const has = (when.has ?? []).map(compilePath);
  const any = (when.any ?? []).map(compilePath);
  const lacks = (when.lacks ?? []).map(compilePath);
  const match = patterns(when.match);
  const notMatch = patterns(when.notMatch);
  return (event) =>
    has.every((path) => path.present(event)) &&
    (any.length === 0 || any.some((path) => path.present(event))) &&
    !lacks.some((path) => path.present(event)) &&
    match.every(([path, pattern]) => path.read(event).some((value) => pattern.test(value))) &&
    !notMatch.some(([path, pattern]) => path.read(event).some((value) => pattern.test(value)));
}

const patterns = (rows: Readonly<Record<string, string>> | undefined) =>
  Object.entries(rows ?? {}).map(([path, pattern]) => [compilePath(path), new RegExp(pattern, 'i')] as const);

/** The paths a condition reads, for the readers that fetch only what is needed. */
export const pathsOf = (when: When | undefined): readonly string[] =>
  when === undefined
    ? []
    : [
        ...(when.has ?? []),
        ...(when.any ?? []),
        ...(when.lacks ?? []),
        ...Object.keys(when.match ?? {}),
        ...Object.keys(when.notMatch ?? {}),
      ];
