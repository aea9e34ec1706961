/** The conditions of table rows: what the parameters of a request must show for the row to apply. */
import type { Shown } from './call.ts';
import { compilePath } from './path.ts';

/** All that is stated must hold. Patterns are ours, never a log's; they match without regard to case. */
export interface When {
  readonly has?: readonly string[];
  readonly any?: readonly string[];
  readonly lacks?: readonly string[];
  readonly match?: Readonly<Record<string, string>>;
  readonly notMatch?: Readonly<Record<string, string>>;
}

export type Condition = (call: Shown) => boolean;

/** Compiles a row's condition. A pattern holds when one of the values at its path matches it. */
export function compileWhen(when: When): Condition {
  const checks: Condition[] = [
    ...(when.has ?? []).map((text) => compilePath(text).present),
    ...(when.any ? [anyOf(when.any)] : []),
    ...(when.lacks ?? []).map((text) => not(compilePath(text).present)),
    ...Object.entries(when.match ?? {}).map(([path, pattern]) => matches(path, pattern)),
    ...Object.entries(when.notMatch ?? {}).map(([path, pattern]) => not(matches(path, pattern))),
  ];
  if (checks.length === 1) return checks[0]!;
  return (call) => {
    for (const check of checks) if (!check(call)) return false;
    return true;
  };
}

const not =
  (check: Condition): Condition =>
  (call) =>
    !check(call);

function anyOf(texts: readonly string[]): Condition {
  const paths = texts.map(compilePath);
  return (call) => {
    for (const path of paths) if (path.present(call)) return true;
    return paths.length === 0;
  };
}

function matches(text: string, pattern: string): Condition {
  const path = compilePath(text);
  const expression = new RegExp(pattern, 'i');
  return (call) => {
    for (const value of path.read(call)) if (expression.test(value)) return true;
    return false;
  };
}

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
