/**
 * From resources seen to the patterns a policy names. The rule, per action and kind of resource (same account, region
 * and parent):
 *
 * - `exact`: each resource by its name.
 * - `auto`: names that differ only in a date, an id, a hash or a counter become one pattern with a wildcard there (from
 *   two on; from one on for kinds whose names AWS makes anew each time, rows in data/resource-names.json). Otherwise up
 *   to `FEW` names stay exact; more that begin with the same word become their common beginning and `*`; more than
 *   `MANY` different ones inside one parent become the parent's `*`. Names a person chose for good (buckets, keys,
 *   roles) stay exact, however many.
 * - `prefix`: from two names on, their common beginning up to a separator and `*`.
 * - `type`: all of the kind under the same parent, account and region.
 *
 * More evidence never gives a narrower pattern, so a policy made from a log is a fixed point of the same log.
 */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { createMemo } from '../policy/memo.ts';
import { escapeLiteral } from '../policy/pattern.ts';
import { type ArnPlace, placeArn } from './arn-place.ts';
import kinds from './data/resource-names.json' with { type: 'json' };
import type { PlanOptions } from './input.ts';
import { expressible, isExpressible, type Shape, shapeOf } from './name-shape.ts';

export interface ResourcePattern {
  readonly pattern: string;
  /** ARNs it was made from, sorted. */
  readonly seen: readonly string[];
  /** Why it holds a wildcard; undefined for an exact name. */
  readonly rule?: string;
  /** No whole name was seen: all that the pattern stands for is needed. */
  readonly whole?: true;
}

const FEW = 5;
const MANY = 20;
const NAMES = new Map(kinds.map((row) => [row.type, row.names]));
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface Named {
  readonly arn: string;
  readonly place: ArnPlace;
}

/** Sorted, without duplicates; every ARN given is matched by one of the patterns. */
export function generalise(
  arns: Iterable<string>,
  mode: PlanOptions['resources'],
  catalogue: Catalogue,
): readonly ResourcePattern[] {
  const unique = [...new Set(arns)];
  if (unique.length === 1) return ofOne(unique[0]!, mode, catalogue);
  const clusters: Named[][] = [];
  const byHead = new Map<string, Named[][]>();
  const result: ResourcePattern[] = [];
  for (const arn of unique.sort(byCodeUnit)) {
    const place = placeArn(arn, catalogue);
    if (!place || place.name === '') {
      result.push(exact(arn));
      continue;
    }
    const named = { arn, place };
    let near = byHead.get(place.head);
    if (!near) {
      near = [];
      byHead.set(place.head, near);
    }
    const cluster = near.find((one) => isBeside(one[0]!.place, place));
    if (cluster) cluster.push(named);
    else {
      const started = [named];
      near.push(started);
      clusters.push(started);
    }
  }
  for (const cluster of clusters) for (const one of MODES[mode](cluster)) result.push(one);
  return result.sort((a, b) => byCodeUnit(a.pattern, b.pattern));
}

function ofOne(
  arn: string,
  mode: PlanOptions['resources'],
  catalogue: Catalogue,
): readonly ResourcePattern[] {
  const place = placeArn(arn, catalogue);
  return !place || place.name === '' ? [exact(arn)] : MODES[mode]([{ arn, place }]);
}

/** Whether two names after one head are of one kind. */
const isBeside = (a: ArnPlace, b: ArnPlace): boolean => a.type === b.type && a.tail === b.tail;

const MODES: Readonly<Record<PlanOptions['resources'], (cluster: readonly Named[]) => ResourcePattern[]>> = {
  exact: (cluster) => cluster.map((one) => exact(one.arn)),
  type: (cluster) => [patternOf(cluster, [null], 'all of this kind, as asked')],
  prefix: (cluster) => {
    if (cluster.length < 2) return cluster.map((one) => exact(one.arn));
    return [
      patternOf(
        cluster,
        [commonStart(cluster.map((one) => one.place.name)), null],
        'common beginning, as asked',
      ),
    ];
  },
  auto: (cluster) => {
    const kind = NAMES.get(cluster[0]!.place.type ?? '');
    // One name alone varies in nothing, but where AWS makes each anew.
    if (kind === 'stable' || (cluster.length === 1 && kind !== 'made'))
      return cluster.map((one) => exact(one.arn));
    const forms = [...groupBy(cluster, (one) => formOf(one.place.name).key).values()].map((same) => {
      const { name } = same[0]!.place;
      const { shape, word } = formOf(name);
      const varies = (same.length > 1 || kind === 'made') && shape.includes(null);
      return { named: same, shape: varies ? shape : ([name] as Shape), word };
    });
    if (forms.length > MANY && cluster[0]!.place.contained)
      return [patternOf(cluster, [null], `more than ${MANY} different names inside one parent`)];
    return [...groupBy(forms, (one) => one.word).entries()].flatMap(([word, alike]) => {
      const named = alike.flatMap((one) => one.named);
      if (alike.length > FEW && word !== '')
        return [
          patternOf(
            named,
            [commonStart(named.map((one) => one.place.name)), null],
            `more than ${FEW} names with the same beginning`,
          ),
        ];
      return alike.map((one) =>
        one.shape.includes(null)
          ? patternOf(one.named, one.shape, 'the names differ only in a date, an id or a counter')
          : exact(one.named[0]!.arn),
      );
    });
  },
};

function patternOf(named: readonly Named[], name: Shape, rule: string): ResourcePattern {
  const { head, tail } = named[0]!.place;
  return { pattern: write([head, ...name, tail]), seen: named.map((one) => one.arn).sort(byCodeUnit), rule };
}

function exact(arn: string): ResourcePattern {
  if (isExpressible(arn)) return { pattern: escapeLiteral(arn), seen: [arn] };
  const shape = expressible(arn);
  const pattern = write(shape);
  if (!shape.includes(null)) return { pattern, seen: [arn] };
  return { pattern, seen: [arn], rule: 'a policy cannot hold these characters of the name' };
}

/** Literal parts escaped and made expressible, `*` for the others. */
function write(shape: Shape): string {
  let text = '';
  let star = false;
  const add = (part: string | null): void => {
    if (part === '') return;
    if (part !== null) text += escapeLiteral(part);
    else if (!star) text += '*';
    star = part === null;
  };
  for (const part of shape)
    if (part === null) add(null);
    else for (const piece of expressible(part)) add(piece);
  return text;
}

interface Form {
  readonly shape: Shape;
  /** Equal for equal shapes. */
  readonly key: string;
  /** How names of the shape begin. */
  readonly word: string;
}

/** The same names are used by many principals and for many actions. In characters. */
const forms = createMemo<Form>(2_000_000, (form, name) => name.length + form.key.length);

const formOf = (name: string): Form =>
  forms(name, () => {
    const shape = shapeOf(name);
    return { shape, key: JSON.stringify(shape), word: firstWord(shape[0] ?? '') };
  });

/** The first word of a name and the separator after it; '' where the name is a single word. */
function firstWord(name: string): string {
  return /^[^A-Za-z0-9]*[A-Za-z0-9]+[^A-Za-z0-9]/.exec(name)?.[0] ?? '';
}

/** Longest common beginning that ends at a separator, so that `app-a1` and `app-a2` share `app-` and not `app-a`. */
function commonStart(names: readonly string[]): string {
  let start = names[0]!;
  for (const name of names) {
    let at = 0;
    while (at < start.length && start[at] === name[at]) at += 1;
    start = start.slice(0, at);
  }
  return /^.*[^A-Za-z0-9]/s.exec(start)?.[0] ?? '';
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) push(groups, keyOf(item), item);
  return groups;
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}
