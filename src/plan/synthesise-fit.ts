/**
 * Makes the policies fit IAM's quotas: first by merging, splitting and filling the room of policies that are edited
 * anyway, which change nothing; then by action wildcards
 * that match exactly the kept actions of the pinned catalogue; then, only with consent, by wider ones. Never by leaving
 * something out.
 */

import { RunError } from '../errors.ts';
import { type CompressMode, compressActions } from '../policy/compress.ts';
import { CURRENT_VERSION } from '../policy/current-version.ts';
import {
  type JsonPolicy,
  type JsonStatement,
  type Policy,
  policyToJson,
  type Statement,
  statementToJson,
  writtenAs,
} from '../policy/document.ts';
import { mergeStatements, packStatements } from '../policy/pack.ts';
import { parsePolicy } from '../policy/parse.ts';
import { asPattern } from '../policy/pattern.ts';
import { policySize, quota, statementSize } from '../policy/size.ts';
import type { AfterPolicy, Synthesis, SynthesisInput } from './synthesise.ts';
import { saysUnseen, uniqueSid } from './synthesise-group.ts';
import { withoutCovered } from './synthesise-resources.ts';

type Step = 'as-is' | 'merged' | 'joined' | 'exact-wildcards' | 'wider-wildcards';
type Fitted = Pick<Synthesis, 'policies' | 'fits' | 'fitDetail'>;
type Granted = (action: string, resource: Statement['resource']) => boolean;

/**
 * `staying` policies keep their place; statements that do not fit there any more join `moved`, those of new policies.
 * What is written has the current Version.
 */
export function fitPolicies(
  staying: readonly AfterPolicy[],
  moved: readonly Statement[],
  input: SynthesisInput,
  granted: Granted,
): Fitted {
  const steps: Step[] = ['as-is', 'merged', 'joined', 'exact-wildcards'];
  if (input.options.allowWiderWildcards) steps.push('wider-wildcards');
  const most = mostPolicies(input);
  let last: Fitted | undefined;
  for (const step of steps) {
    const tried = trial(step, staying, moved, input, granted, most);
    if (step === 'as-is' ? tried.tidy : tried.fitted.fits) return tried.fitted;
    last = tried.fitted;
  }
  return last!;
}

/** The attachment quota, or what the user says of it; what is attached already may surely stay. */
const mostPolicies = ({ principal, options, attached }: SynthesisInput): number =>
  Math.max(
    attached,
    options.maxManagedPolicies ??
      quota(principal.kind === 'role' ? 'managed-policies-per-role' : 'managed-policies-per-user'),
  );

function trial(
  step: Step,
  staying: readonly AfterPolicy[],
  moved: readonly Statement[],
  input: SynthesisInput,
  granted: Granted,
  most: number,
): { readonly fitted: Fitted; readonly tidy: boolean } {
  const limit = quota('managed-policy');
  const overflow: JsonStatement[] = [];
  const policies: AfterPolicy[] = [];
  let tooLarge: string | undefined;
  for (const one of staying) {
    const json = policyToJson(one.policy);
    if (!one.written || policySize(json) <= limit) {
      policies.push(one);
      continue;
    }
    const packed = packStatements(
      shorten(step, one.policy.statements, input, granted).flatMap(inChunks),
      limit,
      CURRENT,
    );
    if (packed.status === 'does-not-fit') tooLarge ??= packed.reason;
    const [first, ...rest] = packed.policies;
    // Nothing is left out for its size: what no document can hold is shown as it is, and said not to fit.
    policies.push(first ? { ...one, policy: parsed(first) } : one);
    overflow.push(...rest.flatMap((document) => document.Statement));
  }
  const taken = new Set(policies.map((one) => one.name.toLowerCase()));
  const needed = [...overflow, ...shorten(step, moved, input, granted).flatMap(inChunks)];
  const statements = step === 'as-is' || step === 'merged' ? needed : joined(needed, policies);
  const packed = packStatements(statements, limit, CURRENT);
  if (packed.status === 'does-not-fit') tooLarge ??= packed.reason;
  const documents =
    packed.policies.length > 0 || statements.length === 0
      ? packed.policies
      : [{ Version: CURRENT.version, Statement: statements }];
  for (const document of documents) {
    let n = 1;
    while (taken.has(nameOf(input, n).toLowerCase())) n += 1;
    taken.add(nameOf(input, n).toLowerCase());
    policies.push({ name: nameOf(input, n), policy: parsed(document), written: true });
  }
  const managed = policies.filter((one) => one.origin === undefined || isManaged(one)).length;
  const fits = tooLarge === undefined && managed <= most;
  return {
    fitted: { policies, fits, ...(fits ? {} : { fitDetail: whyNot(tooLarge, managed, most, input) }) },
    tidy: fits && overflow.length === 0 && documents.length <= 1,
  };
}

const CURRENT = { version: CURRENT_VERSION } as const;
const nameOf = ({ principal }: SynthesisInput, n: number): string => `${principal.name}-policy-${n}`;
const isManaged = ({ origin }: AfterPolicy): boolean =>
  origin?.source === 'customer-managed' || origin?.source === 'aws-managed';

/** Puts statements where a policy that is edited anyway has room, first fit; returns those that found none. */
function joined(statements: readonly JsonStatement[], policies: AfterPolicy[]): readonly JsonStatement[] {
  const limit = quota('managed-policy');
  return statements.filter((statement) => {
    for (const [i, one] of policies.entries()) {
      if (!one.written || !isManaged(one)) continue;
      const document = policyToJson(one.policy);
      const taken = new Set(document.Statement.map(({ Sid }) => Sid ?? ''));
      const own = statement.Sid ? { ...statement, Sid: uniqueSid(statement.Sid, taken) } : statement;
      const fuller = { ...document, Statement: [...document.Statement, own] };
      if (policySize(fuller) > limit) continue;
      policies[i] = { ...one, policy: parsed(fuller) };
      return false;
    }
    return true;
  });
}

function whyNot(
  tooLarge: string | undefined,
  managed: number,
  most: number,
  { options }: SynthesisInput,
): string {
  const help = [
    ...(options.allowWiderWildcards ? [] : ['--allow-wider-wildcards']),
    ...(options.resources === 'type' ? [] : ['--resources type']),
    ...(managed > most ? ['a higher quota, told with --max-managed-policies'] : []),
  ];
  const why = tooLarge ?? `${managed} managed policies are needed and ${most} may be attached`;
  return `${why}; what may make it fit: ${help.join(', or ')}`;
}

function shorten(
  step: Step,
  statements: readonly Statement[],
  input: SynthesisInput,
  granted: Granted,
): readonly JsonStatement[] {
  if (step === 'as-is') return statements.map(statementToJson);
  const short =
    step === 'merged' ? statements : statements.map((one) => compressed(one, step, input, granted));
  // What was not seen in use stays apart, so that its Sid stays true.
  const unseen = (one: JsonStatement): boolean => saysUnseen(one.Sid ?? '');
  const all = short.map(statementToJson);
  return [all.filter((one) => !unseen(one)), all.filter(unseen)].flatMap((some) =>
    mergeStatements(some, { sids: 'drop' }).map((one) =>
      renamed(some.includes(one) ? one : withoutCoveredResources(one), input),
    ),
  );
}

/** Where `*` and names met in one list, the names say nothing more. */
function withoutCoveredResources(merged: JsonStatement): JsonStatement {
  const resources = [merged.Resource ?? []].flat() as readonly string[];
  const left = withoutCovered(resources.map(asPattern));
  return left.length === resources.length
    ? merged
    : { ...merged, Resource: left.length === 1 ? left[0]! : left };
}

/** A Sid that we made from one service's name says nothing true of several. A Sid of the old policies stays. */
function renamed(statement: JsonStatement, { keptSids }: SynthesisInput): JsonStatement {
  const actions = [statement.Action ?? []].flat() as readonly string[];
  const services = new Set(actions.map((action) => action.slice(0, action.indexOf(':'))));
  if (!statement.Sid || services.size < 2 || keptSids.has(statement.Sid)) return statement;
  return { ...statement, Sid: saysUnseen(statement.Sid) ? 'SeveralServicesKeptUnseen' : 'SeveralServices' };
}

function compressed(statement: Statement, step: Step, input: SynthesisInput, granted: Granted): Statement {
  if (statement.effect === 'Deny' || statement.action.not) return statement;
  const mode: CompressMode =
    step === 'wider-wildcards'
      ? { mode: 'wider', allowed: (action) => granted(action, statement.resource) }
      : { mode: 'exact' };
  const { patterns } = compressActions(statement.action.patterns, input.catalogue, mode);
  return { ...statement, action: { not: false, patterns } };
}

/**
 * Cuts a statement that no document can hold along its longer list, each part as full as may be: the parts together
 * allow what the whole did.
 */
function inChunks(statement: JsonStatement): readonly JsonStatement[] {
  const limit = quota('managed-policy');
  const sizeOf = (one: JsonStatement): number => AROUND + statementSize(one);
  if (sizeOf(statement) <= limit) return [statement];
  const lists = (['Action', 'Resource'] as const)
    .map((name) => ({ name, values: [statement[name] ?? []].flat() as readonly string[] }))
    .sort((a, b) => JSON.stringify(b.values).length - JSON.stringify(a.values).length);
  const { name, values } = lists[0]!;
  if (values.length < 2) return [statement];
  const room = limit - sizeOf({ ...statement, [name]: [] }) - SID_ROOM;
  const chunks: string[][] = [];
  let size = room;
  for (const value of values) {
    const length = JSON.stringify(value).length + 1;
    if (size + length > room) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)!.push(value);
    size += length;
  }
  return chunks.map((chunk, i) => ({
    ...statement,
    ...(statement.Sid && i > 0 ? { Sid: `${statement.Sid}Part${i + 1}` } : {}),
    [name]: chunk,
  }));
}
const AROUND = policySize({ Version: '2012-10-17', Statement: [] });
/** For the part's number in its Sid. */
const SID_ROOM = 8;

/** What we wrote must read back: a document that does not is a bug, and no policy leaves with it. */
function parsed(document: JsonPolicy): Policy {
  const result = parsePolicy(document);
  if (result.ok) {
    writtenAs(result.policy, document);
    return result.policy;
  }
  const { path, message } = result.problems[0]!;
  throw new RunError(
    `a policy was written that cannot be read back (\`${path}\`: ${message}): this is a bug`,
  );
}
