/**
 * A second evaluator, written from the AWS pages and sharing no code with src/policy: it works on the JSON as written,
 * expands nothing ahead of time, and matches wildcards by plain recursion. Slow and simple on purpose.
 */
interface Json {
  readonly Version?: string;
  readonly Statement: readonly Record<string, unknown>[];
}
export interface OracleRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: Record<string, readonly string[]>;
}

export function oracle(
  identity: readonly Json[],
  boundary: readonly Json[] | undefined,
  request: OracleRequest,
): string {
  const effects = (policies: readonly Json[]): Set<string> => {
    const seen = new Set<string>();
    for (const policy of policies)
      for (const statement of policy.Statement)
        if (applies(statement, policy.Version === '2012-10-17', request)) seen.add(String(statement.Effect));
    return seen;
  };
  const mine = effects(identity);
  const bounds = boundary ? effects(boundary) : new Set(['Allow']);
  if (mine.has('Deny') || bounds.has('Deny')) return 'explicit-deny';
  return mine.has('Allow') && bounds.has('Allow') ? 'allowed' : 'implicit-deny';
}

const many = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);

function applies(statement: Record<string, unknown>, modern: boolean, request: OracleRequest): boolean {
  const inList = (list: unknown, test: (pattern: string) => boolean) => many(list).some(test);
  const onAction = (pattern: string) =>
    wild(symbols(pattern.toLowerCase(), false, {}, true) ?? [], [...request.action.toLowerCase()]);
  if ('Action' in statement && !inList(statement.Action, onAction)) return false;
  if ('NotAction' in statement && inList(statement.NotAction, onAction)) return false;
  const onResource = (pattern: string) => {
    const list = symbols(pattern, modern, request.context, true);
    return list !== null && wild(completed(pattern, list), [...request.resource]);
  };
  if ('Resource' in statement && !inList(statement.Resource, onResource)) return false;
  if ('NotResource' in statement && inList(statement.NotResource, onResource)) return false;
  const blocks = (statement.Condition ?? {}) as Record<string, Record<string, unknown>>;
  return Object.entries(blocks).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => condition(operator, key, many(values), modern, request)),
  );
}

/** A pattern as symbols: a character, or `ANY`/`MANY`. Null when a variable has no value. */
type Symbol = string;
const ANY = 'any';
const MANY = 'many';

function symbols(
  text: string,
  modern: boolean,
  context: Record<string, readonly string[]>,
  wildcards: boolean,
): Symbol[] | null {
  if (text === '') return [];
  if (modern) {
    const variable = text.match(/^\$\{([^}]*)\}/);
    if (variable) {
      const rest = symbols(text.slice(variable[0].length), modern, context, wildcards);
      const inside = variable[1]!;
      if (rest === null) return null;
      if (['*', '?', '$'].includes(inside)) return [inside, ...rest];
      const [name, fallback] = inside.split(',').map((part) => part.trim());
      const values = context[name!.toLowerCase()];
      const value = values?.length === 1 ? values[0] : fallback?.slice(1, -1);
      return value === undefined ? null : [...value, ...rest];
    }
  }
  const rest = symbols(text.slice(1), modern, context, wildcards);
  if (rest === null) return null;
  if (wildcards && text[0] === '*') return [MANY, ...rest];
  if (wildcards && text[0] === '?') return [ANY, ...rest];
  return [text[0]!, ...rest];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html: incomplete ARNs. */
function completed(pattern: string, list: Symbol[]): Symbol[] {
  if (!pattern.startsWith('arn:')) return list;
  const fields = pattern.replace(/\$\{[^}]*\}/g, '').split(':').length;
  return fields >= 6
    ? list
    : [
        ...list,
        ...Array(6 - fields)
          .fill([':', MANY])
          .flat(),
      ];
}

function wild(pattern: Symbol[], text: string[]): boolean {
  const [head, ...tail] = pattern;
  if (head === undefined) return text.length === 0;
  if (head === MANY) return wild(tail, text) || (text.length > 0 && wild(pattern, text.slice(1)));
  return text.length > 0 && (head === ANY || head === text[0]) && wild(tail, text.slice(1));
}

function condition(
  written: string,
  key: string,
  policyValues: string[],
  modern: boolean,
  request: OracleRequest,
): boolean {
  let name = written;
  let set = '';
  if (name.includes(':')) [set, name] = name.split(':') as [string, string];
  const values = request.context[key.toLowerCase()] ?? [];
  if (name === 'Null') return policyValues.some((value) => (value === 'true') === (values.length === 0));
  const lenient = name.endsWith('IfExists');
  if (lenient) name = name.slice(0, -'IfExists'.length);
  const negative = /Not/.test(name);
  const positiveName = name.replace('Not', '');
  if (values.length === 0) {
    if (lenient || set === 'ForAllValues') return true;
    if (set === 'ForAnyValue') return false;
    return negative;
  }
  const hits = (value: string) =>
    policyValues.some((wanted) => compare(positiveName, value, wanted, modern, request));
  const holds = (value: string) => hits(value) !== negative;
  if (set === 'ForAllValues' || (set === '' && negative)) return values.every(holds);
  return values.some(holds);
}

function compare(
  name: string,
  value: string,
  wanted: string,
  modern: boolean,
  request: OracleRequest,
): boolean {
  const text = (wildcards: boolean) => symbols(wanted, modern, request.context, wildcards);
  if (name === 'StringEquals') return text(false)?.join('') === value;
  if (name === 'StringEqualsIgnoreCase') return text(false)?.join('').toLowerCase() === value.toLowerCase();
  if (name === 'StringLike') {
    const list = text(true);
    return list !== null && wild(list, [...value]);
  }
  if (name === 'ArnEquals' || name === 'ArnLike') {
    const list = text(true);
    const mine = value.split(':');
    if (list === null || mine.length < 6 || mine[0] !== 'arn') return false;
    const fields: Symbol[][] = [[]];
    for (const one of list)
      if (one === ':' && fields.length < 6) fields.push([]);
      else fields.at(-1)!.push(one);
    const parts = [...mine.slice(0, 5), mine.slice(5).join(':')];
    return fields.length === 6 && fields.every((field, at) => wild(field, [...parts[at]!]));
  }
  if (name === 'Bool')
    return value.toLowerCase() === wanted.toLowerCase() && ['true', 'false'].includes(value.toLowerCase());
  if (name === 'BinaryEquals') return value === wanted;
  if (name === 'IpAddress') return inRange(value, wanted);
  const number = (one: string) =>
    name.startsWith('Date') ? time(one) : one.trim() === '' ? NaN : Number(one);
  const [a, b] = [number(value), number(wanted)];
  if (name.endsWith('LessThan')) return a < b;
  if (name.endsWith('LessThanEquals')) return a <= b;
  if (name.endsWith('GreaterThan')) return a > b;
  if (name.endsWith('GreaterThanEquals')) return a >= b;
  return a === b;
}

const time = (text: string): number => (/^\d{5,}$/.test(text) ? Number(text) * 1000 : Date.parse(text));

function bits(address: string): string | undefined {
  if (/^[\d.]+$/.test(address))
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  if (!address.includes(':')) return undefined;
  const [head, tail] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const words = tail ? [...head!, ...Array(8 - head!.length - tail.length).fill('0'), ...tail] : head!;
  return words.map((word) => Number.parseInt(word, 16).toString(2).padStart(16, '0')).join('');
}

function inRange(value: string, range: string): boolean {
  const [network, length] = range.split('/');
  const [a, b] = [bits(value), bits(network!)];
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  const prefix = length === undefined ? b.length : Number(length);
  return a.slice(0, prefix) === b.slice(0, prefix);
}
