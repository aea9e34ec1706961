/**
 * A plan or review for people who may not know whose it is: account ids, names, addresses and ids become pseudonyms, the
 * same for the same thing throughout, numbered in the order in which they come. What AWS publishes stays: actions,
 * regions, services, managed policies. Every report is rendered from a plan, so none can show what is not in it.
 *
 * Names are met in two ways. In an ARN every part of the resource is one, but for words that name its type. In other
 * text only what some field says is a name (or what an ARN held) is taken for one.
 */
import type { Plan } from './plan.ts';
import { TYPE_WORDS, VOCABULARY } from './redact-words.ts';
import type { Review } from './review/review.ts';

export interface Redactor {
  plan(plan: Plan): Plan;
  review(review: Review): Review;
  /** The folder of a principal's pages; the same whenever it is asked for. */
  folder(folder: string, principal: string): string;
}

const ARN = /\barn:(aws[a-z-]*):([a-z0-9*-]*):([a-z0-9*-]*):([^:\s"'`,;]*):([^\s"'`,;()<>]+)/g;
const ACCOUNT = /(?<!\d)\d{12}(?!\d)/g;
const UNIQUE_ID =
  /\b(?:A3T[A-Z0-9]|ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA)[A-Z0-9]{4,}\b/g;
const IPV4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)/g;
const IPV6 = /(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi;
/** Ids that AWS gives to parts of a network or machine, and to an organisation with its units and accounts. */
const RESOURCE_ID =
  /\b(?:vpce?|subnet|sg|i|vol|ami|eni|snap|lt|igw|rtb|acl|nat|eipalloc|pcx|tgw|vpce-svc)-[0-9a-f]{8,17}\b|\b(?:o-[a-z0-9]{10,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})\b/g;
/** ARNs of the policies that AWS publishes. */
const PUBLISHED = /^arn:aws[a-z-]*:iam::aws:/;
/** Where running text names what no other member does: what a call passed a role through, and who vouches for identities. */
const IN_PROSE: readonly RegExp[] = [
  /(?:instance profile|launch template|task definition|automation document|pipeline definition) ([^\s,:]+)/g,
  /identity that (\S+) vouches/g,
  /` of (\S+) fits/g,
];
export function createRedactor(): Redactor {
  const pseudonyms = new Map<string, string>();
  const numbers = new Map<string, number>();
  /** Names to look for in running text; longer first. */
  const names = new Map<string, string>();
  let pattern: RegExp | undefined;

  const pseudonym = (kind: string, value: string, make: (number: number) => string): string => {
    const key = `${kind} ${value}`;
    const known = pseudonyms.get(key);
    if (known !== undefined) return known;
    const number = (numbers.get(kind) ?? 0) + 1;
    numbers.set(kind, number);
    const made = make(number);
    pseudonyms.set(key, made);
    return made;
  };
  const account = (id: string): string => pseudonym('account', id, (n) => String(n).padStart(12, '0'));
  const uniqueId = (id: string): string =>
    pseudonym('id', id, (n) => `${id.slice(0, 4)}REDACTED${String(n).padStart(8, '0')}`);
  const address = (ip: string): string =>
    pseudonym('ip', ip, ip.includes(':') ? (n) => `2001:db8::${n.toString(16)}` : documentation);
  /** IAM names compare without case, and so does whoever looks for one. */
  const name = (text: string): string => {
    const made = pseudonym('name', text, (n) => `name-${n}`);
    if (!names.has(text) && text.length > 1) {
      names.set(text, made);
      pattern = undefined;
    }
    return made;
  };
  /** The parts of a resource between separators and wildcards; each that is no word of AWS is a name. */
  const resource = (text: string): string =>
    text.replace(/\$\{[^}]*\}|[^/:*?]+/g, (part) =>
      part.startsWith('${') || TYPE_WORDS.has(part) || made(part) ? part : name(part),
    );
  const made = (part: string): boolean => /^name-\d+$/.test(part);
  const arn = (
    whole: string,
    partition: string,
    service: string,
    region: string,
    owner: string,
    rest: string,
  ): string => {
    if (owner === 'aws') return whole;
    const of = /^\d{12}$/.test(owner) ? account(owner) : owner;
    return `arn:${partition}:${service}:${region}:${of}:${resource(rest)}`;
  };
  const addresses = (text: string): string =>
    text
      .replace(IPV4, address)
      .replace(IPV6, (one) =>
        /[0-9a-f]/i.test(one) && /::|(?:.*:){4}/.test(one) && !/^\d\d:\d\d/.test(one) ? address(one) : one,
      );

  const plain = (text: string): string => {
    let out = text;
    if (names.size > 0) {
      pattern ??= new RegExp(
        `(?<![A-Za-z0-9_])(?:${[...names.keys()]
          .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
          .map(quoted)
          .join('|')})(?![A-Za-z0-9_])`,
        'g',
      );
      out = out.replace(pattern, (one) => names.get(one)!);
    }
    return addresses(out.replace(RESOURCE_ID, name).replace(UNIQUE_ID, uniqueId).replace(ACCOUNT, account));
  };
  /** ARNs by their parts, and what stands between them by known names. */
  const text = (value: string): string => {
    let out = '';
    let at = 0;
    for (const match of value.matchAll(ARN)) {
      out += plain(value.slice(at, match.index));
      const [whole, partition, service, region, owner, rest] = match as unknown as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      out += arn(whole, partition, service, region, owner, rest);
      at = match.index + whole.length;
    }
    return out + plain(value.slice(at));
  };

  const deep = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string')
      return VOCABULARY.has(key) ? value.replace(UNIQUE_ID, uniqueId).replace(ACCOUNT, account) : text(value);
    if (Array.isArray(value)) return value.map((one) => deep(one, key));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [named(name), deep(one, VOCABULARY.has(key) ? key : name)]),
    );
  };
  /** The tag of a condition key is a name; every other member of a plan is a word of ours. */
  const named = (member: string): string => {
    const slash = member.indexOf('/');
    return slash < 0 ? member : `${member.slice(0, slash + 1)}${name(member.slice(slash + 1))}`;
  };
  /** First everything that is known to be a name, so that running text is searched for all of them. */
  const learn = (value: unknown): void => {
    if (typeof value === 'string')
      for (const [, , , , owner, rest] of value.matchAll(ARN)) {
        if (owner !== 'aws') resource(rest!);
      }
    else if (Array.isArray(value)) for (const one of value) learn(one);
    else if (value !== null && typeof value === 'object') for (const one of Object.values(value)) learn(one);
  };
  const all = (values: readonly (string | undefined)[]): void => {
    for (const value of values) if (value !== undefined && value !== '' && !PUBLIC.test(value)) name(value);
  };

  const folders = new Map<string, string>();
  return {
    folder: (folder, principal) => {
      all([principal]);
      const known = folders.get(folder) ?? text(folder);
      folders.set(folder, known);
      return known;
    },
    plan: (plan) => {
      const { principal, before, after, findings, evidence } = plan;
      all([principal.name, ...(principal.path ?? '').split('/')]);
      all([
        ...principal.sessions.values,
        ...principal.workloads.values.filter((one) => !one.startsWith('arn:')),
      ]);
      for (const { name: policy, source, arn: id, group, document } of [
        ...(before?.policies ?? []),
        ...after.policies,
      ]) {
        if (!PUBLISHED.test(id ?? '') && !(source === undefined && /^policy-\d+$/.test(policy)))
          all([policy]);
        all([group, ...[document.Statement].flat().map((one) => one.Sid)]);
        for (const { Condition } of [document.Statement].flat()) all(conditionValues(Condition));
      }
      const published = new Set(
        before?.policies.filter((one) => PUBLISHED.test(one.arn ?? '')).map((one) => one.name),
      );
      for (const { policy, statement, reason } of findings) {
        all([policy !== undefined && published.has(policy) ? undefined : policy, statement]);
        // Named in running text only.
        for (const one of IN_PROSE) all([...reason.matchAll(one)].flatMap(([, found]) => found?.split(', ')));
      }
      for (const { context } of plan.usage) all(context.flatMap(([, value]) => conditionValues(value)));
      all(locationNames(evidence.source.location));
      all(plan.proof.inputDigests.map(([file]) => file));
      all([evidence.lastAccessed?.origin]);
      learn(plan);
      const out = deep({ ...plan, findings: findings.map(withoutRule) }) as Plan;
      return {
        ...out,
        settings: [
          ...out.settings,
          ['redact', 'names, accounts and addresses are pseudonyms: not to be applied'] as const,
        ].sort(([a], [b]) => (a < b ? -1 : 1)),
        evidence: {
          ...out.evidence,
          statement: `${out.evidence.statement}; names, accounts and addresses are pseudonyms`,
        },
      };
    },
    review: (review) => {
      for (const row of review.principals) all([row.name, ...(row.usedBy?.sessions ?? [])]);
      for (const one of review.accounts) all([one.name]);
      all(locationNames(review.source.location));
      if (review.match !== '*') all(review.match.split(/[*?]/));
      learn(review);
      const out = deep(review) as Review;
      // Links must meet the folders as they were named when the pages were written.
      const placed = out.principals.map((row, at) => {
        const { folder, usedBy, ...rest } = row;
        const there = review.principals[at]?.folder;
        const workloads = usedBy?.workloads.map(({ file: _file, ...one }) => one);
        return {
          ...rest,
          ...(there === undefined ? {} : { folder: folders.get(there) ?? there }),
          ...(usedBy && workloads ? { usedBy: { ...usedBy, workloads } } : {}),
        };
      });
      return { ...out, principals: placed };
    },
  };
}

/** What a person wrote in the config file may say anything. */
const withoutRule = (one: Plan['findings'][number]): Plan['findings'][number] =>
  one.kind === 'keep-by-rule' || one.kind === 'expired-rule'
    ? { ...one, reason: 'A rule of the config file; its words are left out here.' }
    : one;

/** What AWS publishes although it stands where a name may stand. */
const PUBLIC = /^(?:#\d+|\*|[a-z0-9-]+\.amazonaws\.com|true|false|AWS Internal|event history|\d+)$/;
const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
const locationNames = (location: string): readonly string[] =>
  location
    .replace(/^s3:/, '')
    .split(/[/\\.]/)
    .filter((part) => part.length > 1 && part !== 'AWSLogs' && part !== 'CloudTrail');

/** The three blocks set aside for documentation (RFC 5737), then words. */
function documentation(number: number): string {
  const block = ['192.0.2', '198.51.100', '203.0.113'][Math.floor((number - 1) / 254)];
  return block === undefined ? `ip-${number}` : `${block}.${((number - 1) % 254) + 1}`;
}

/** Texts a condition compares with; regions and service names say nothing of anyone. */
function conditionValues(condition: unknown): readonly string[] {
  if (typeof condition === 'string')
    return /^(?:arn:|[a-z]{2}(?:-[a-z]+)+-\d$)/.test(condition) || /^[\d.:a-f/]+$/i.test(condition)
      ? []
      : [condition];
  if (Array.isArray(condition)) return condition.flatMap(conditionValues);
  return condition !== null && typeof condition === 'object'
    ? Object.values(condition).flatMap(conditionValues)
    : [];
}
