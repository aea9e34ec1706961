/**
 * The path language of the tables: where in a record's parameters a value stands. `bucketName`,
 * `instancesSet.items[].instanceId`, `patchOperations[path=/credentials].value`, `Actions{}[].RoleArn`,
 * `response:role.arn`, `principal:arn` (the calling user's own). `[]` runs through a list, `{}` through the values of a map, `{@}` through its names, `[name=value]` keeps the list's
 * members with that value, `json()` reads a text as JSON. Names match without regard to case, because CloudTrail writes `aRN`, `ARN` and `arn`.
 */
import { type Json, type JsonObject, member } from '../events/event.ts';
import type { Shown } from './call.ts';

export type PathSource = 'request' | 'response' | 'additional' | 'principal';

export interface Path {
  readonly text: string;
  readonly from: PathSource;
  /** The strings (and numbers, as strings) found; empty where the record has none. */
  read(call: Shown): readonly string[];
  /** True when the record has a value there that is not null and not an empty text, list or object. */
  present(call: Shown): boolean;
}

type Step =
  | { readonly kind: 'member'; readonly names: readonly string[]; readonly lower: string }
  | { readonly kind: 'list' }
  | { readonly kind: 'values' }
  | { readonly kind: 'keys' }
  | { readonly kind: 'json' }
  | { readonly kind: 'where'; readonly name: string; readonly value: string };

const NONE: readonly string[] = [];
const PREFIX = /^(request|response|additional|principal):/;

/** A path taken apart for readers that walk a record's members once for many paths. */
export class SplitPath {
  readonly from: PathSource;
  /** Lower-case name of the first member, of the second where the path starts with `*.`: any object of the first level. */
  readonly first: string;
  readonly nested: boolean;
  readonly #rest: readonly Step[];
  /** Texts are URL-encoded. */
  readonly #encoded: boolean;

  constructor(text: string, encoded: boolean) {
    const prefix = PREFIX.exec(text);
    const steps = stepsOf(prefix ? text.slice(prefix[0].length) : text);
    const nested = steps[0]?.kind === 'member' && steps[0].lower === '*';
    const [first, ...rest] = nested ? steps.slice(1) : steps;
    this.from = (prefix?.[1] ?? 'request') as PathSource;
    this.first = first?.kind === 'member' ? first.lower : '';
    this.nested = nested;
    this.#rest = rest;
    this.#encoded = encoded;
  }

  /** The one string that a text, not an empty one, is; undefined where there may be none or several. */
  only(value: Json): string | undefined {
    return this.#rest.length === 0 && typeof value === 'string' && !this.#encoded
      ? decoded(value)
      : undefined;
  }

  /** Strings below the value of the first member. */
  rest(value: Json): readonly string[] {
    const out: string[] = [];
    if (this.#rest.length === 0) scalars(value, out);
    else for (const node of walk(value, this.#rest)) scalars(node, out);
    return this.#encoded ? out.map(unescaped) : out;
  }

  /** True when something that is not empty stands there. */
  filled(value: Json): boolean {
    return this.#rest.length === 0 ? isFilled(value) : walk(value, this.#rest).some(isFilled);
  }
}

/** Paths come from our tables only, so this holds as many as they have. */
const SPLIT = new Map<string, SplitPath>();

export function splitPath(text: string): SplitPath {
  const known = SPLIT.get(text) ?? new SplitPath(text, false);
  SPLIT.set(text, known);
  return known;
}

/** S3 takes the copy source URL-encoded; a broken escape stays as it stands. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Compiles a path. @throws never; a malformed path reads nothing, which the tables' tests would show. */
export function compilePath(text: string): Path {
  const prefix = PREFIX.exec(text);
  const from = (prefix?.[1] ?? 'request') as PathSource;
  const steps = stepsOf(prefix ? text.slice(prefix[0].length) : text);
  const only = steps.length === 1 && steps[0]!.kind === 'member' ? steps[0] : undefined;
  const nodes = (call: Shown): readonly Json[] => {
    const root = rootOf(call, from);
    if (root === null) return [];
    const found = walk(root, steps);
    if (found.length > 0 || from !== 'request') return found;
    const inner = wrapped(root);
    return inner ? walk(inner, steps) : found;
  };
  const read = (call: Shown): readonly string[] => {
    const found = nodes(call);
    if (found.length === 0) return NONE;
    const out: string[] = [];
    for (const node of found) scalars(node, out);
    return out;
  };
  return {
    text,
    from,
    read:
      from === 'request' && only
        ? (call) => {
            const root = call.requestParameters;
            if (root === null) return NONE;
            const value = lookUp(root, only.names, only.lower);
            // Mostly a text or nothing at all.
            if (typeof value === 'string') return value === '' ? NONE : [decoded(value)];
            return value === undefined && wrapped(root) === undefined ? NONE : read(call);
          }
        : read,
    present:
      from === 'request' && only
        ? (call) => {
            const root = call.requestParameters;
            if (root === null) return false;
            const value = lookUp(root, only.names, only.lower);
            if (value !== undefined) return isFilled(value);
            const inner = wrapped(root);
            return inner !== undefined && isFilled(lookUp(inner, only.names, only.lower) ?? null);
          }
        : (call) => nodes(call).some(isFilled),
  };
}

function rootOf(call: Shown, from: PathSource): JsonObject | null {
  if (from === 'request') return call.requestParameters;
  if (from === 'principal') return call.principal.kind === 'user' ? { arn: call.principal.arn } : null;
  return from === 'response' ? call.responseElements : call.additionalEventData;
}

/** EC2 and API Gateway nest some requests once more: `{"CreateFlowLogsRequest":{...}}`, `{"createStageInput":{...}}`. */
function wrapped(root: JsonObject): JsonObject | undefined {
  for (const key in root) {
    if (!isWrapper(key) || !Object.hasOwn(root, key)) continue;
    const value = root[key];
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  }
  return undefined;
}

/** Only names that end in `t` or `q` can be `...Request`, `...Input` or `...Req`: most are told by one character. */
export function isWrapper(name: string): boolean {
  const last = name.charCodeAt(name.length - 1);
  if (last !== 0x74 && last !== 0x71) return false;
  return name.endsWith('Request') || name.endsWith('Input') || name.endsWith('Req');
}

function stepsOf(text: string): readonly Step[] {
  const steps: Step[] = [];
  for (const match of text.matchAll(/([^.[\]{}@]+)|\[([^=\]]+)=([^\]]*)\]|(\[\])|(\{\})|(\{@\})/g)) {
    if (match[1] !== undefined) {
      const name = match[1];
      if (name === 'json()') {
        steps.push({ kind: 'json' });
        continue;
      }
      const rest = name.slice(1);
      const names = new Set([name, name[0]!.toLowerCase() + rest, name[0]!.toUpperCase() + rest]);
      steps.push({ kind: 'member', names: [...names], lower: name.toLowerCase() });
    } else if (match[2] !== undefined) steps.push({ kind: 'where', name: match[2], value: match[3]! });
    else steps.push({ kind: match[4] ? 'list' : match[5] ? 'values' : 'keys' });
  }
  return steps;
}

function walk(root: Json, steps: readonly Step[]): readonly Json[] {
  let nodes: readonly Json[] = [root];
  for (const step of steps) {
    const next: Json[] = [];
    for (const node of nodes) advance(node, step, next);
    if (next.length === 0) return next;
    nodes = next;
  }
  return nodes;
}

function advance(node: Json, step: Step, out: Json[]): void {
  if (step.kind === 'json') {
    const value = typeof node === 'string' ? parsed(node) : node;
    if (value !== undefined) out.push(value);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  if (step.kind === 'member') {
    // A list where one member is meant: CloudTrail turns repeated XML elements into lists, single ones into objects.
    if (Array.isArray(node)) for (const one of node as readonly Json[]) advance(one, step, out);
    else {
      const value = lookUp(node as JsonObject, step.names, step.lower);
      if (value !== undefined && value !== null) out.push(value);
    }
  } else if (step.kind === 'values' || step.kind === 'keys') {
    if (Array.isArray(node)) return;
    for (const key of Object.keys(node))
      out.push(step.kind === 'keys' ? key : ((node as JsonObject)[key] as Json));
  } else {
    for (const one of Array.isArray(node) ? (node as readonly Json[]) : [node])
      if (step.kind === 'list' || member(one, step.name) === step.value) out.push(one);
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The member of that name in one of the usual spellings, best first, else in any. */
function lookUp(object: JsonObject, names: readonly string[], lower: string): Json | undefined {
  let found: string | undefined;
  let rank = names.length + 1;
  for (const key in object) {
    if (key.length !== lower.length) continue;
    const known = names.indexOf(key);
    if (known === 0) return Object.hasOwn(object, key) ? object[key] : undefined;
    const its = known > 0 ? known : key.toLowerCase() === lower ? names.length : rank;
    if (its >= rank || !Object.hasOwn(object, key)) continue;
    found = key;
    rank = its;
  }
  return found === undefined ? undefined : object[found];
}

/** `{"tag":1,"content":"i-1"}` and `{"items":["a","b"]}` are how CloudTrail writes XML lists of plain values. */
function scalars(node: Json, out: string[]): void {
  if (typeof node === 'string') {
    if (node !== '') out.push(decoded(node));
  } else if (typeof node === 'number') out.push(String(node));
  else if (Array.isArray(node)) for (const one of node as readonly Json[]) scalars(one, out);
  else if (node !== null && typeof node === 'object')
    for (const name of ['content', 'items', 'item']) {
      const value = member(node, name);
      if (value !== undefined) scalars(value, out);
    }
}

/** Services whose API has an ARN in its path log it URL-encoded (`arn%3Aaws%3Akafka...`). */
function decoded(text: string): string {
  if (!text.startsWith('arn%3')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isFilled(node: Json): boolean {
  if (node === null || node === '') return false;
  if (Array.isArray(node)) return node.length > 0;
  return typeof node !== 'object' || Object.keys(node).length > 0;
}
