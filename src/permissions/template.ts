/**
 * ARN templates of the catalogue (`arn:${Partition}:s3:::${BucketName}/${ObjectName}`): filling them, and telling
 * whether a whole ARN is of their kind.
 */
export interface Template {
  readonly text: string;
  /** Literal text and names of variables by turns, literal text first. */
  readonly parts: readonly string[];
  /** Variables other than Partition, Region and Account, in order. */
  readonly variables: readonly string[];
  /** Characters of the resource part that are not variables: of two templates that match, the larger one is meant. */
  readonly specificity: number;
  matches(arn: string): boolean;
  /** False for a template with a wildcard of its own: it matches ARNs but names none. */
  readonly fillable: boolean;
  /** First word of the resource part (`instance` of `instance/${InstanceId}`); empty where it starts with a variable. */
  readonly head: string;
  /** @returns undefined where a variable has no value. */
  fill(place: Place, values: ReadonlyMap<string, string>): string | undefined;
}

/** The variables that every template may have and that a record implies. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string | undefined;
}

const IMPLIED = new Set(['Partition', 'Region', 'Account']);
const VARIABLE = /\$\{([^}]+)\}/g;

/** Parses a template once; matching is anchored and linear in the length of the ARN. */
export function parseTemplate(text: string): Template {
  const parts = text.split(VARIABLE);
  const names = parts.filter((_, index) => index % 2 === 1);
  const variables = names.filter((name) => !IMPLIED.has(name));
  const expression = parts
    .map((part, index) =>
      index % 2 === 0
        ? part.replace(/[.+?^$()|[\]{}\\]/g, '\\$&').replace(/\*/g, '.*')
        : pattern(part, parts, index),
    )
    .join('');
  const matcher = new RegExp(`^${expression}$`, 's');
  const resource = text.split(':').slice(5).join(':');
  return {
    text,
    parts,
    variables,
    fillable: !text.includes('*'),
    specificity: resource.replace(VARIABLE, '').length,
    matches: (arn) => matcher.test(arn),
    head: /^[^/:$]*(?=[/:]|$)/.exec(resource)?.[0] ?? '',
    fill: (place, values) => {
      let out = parts[0]!;
      for (let index = 1; index < parts.length; index += 2) {
        const value = valueFor(parts[index]!, place, values);
        if (value === undefined) return undefined;
        out += value + parts[index + 1]!;
      }
      return out;
    },
  };
}

/** A value that the record gives wins: a whole ARN or a queue's URL tells the resource's own account and region. */
function valueFor(name: string, place: Place, values: ReadonlyMap<string, string>): string | undefined {
  if (values.size > 0) {
    const given = values.get(name);
    if (given !== undefined) return given;
  }
  if (name === 'Partition') return place.partition;
  if (name === 'Region') return place.region;
  return name === 'Account' ? place.account : undefined;
}

function pattern(name: string, parts: readonly string[], index: number): string {
  if (name === 'Partition') return 'aws[a-z-]*';
  if (name === 'Region') return '[a-z0-9-]*';
  if (name === 'Account') return '(?:[0-9]*|aws)';
  // The last variable takes the rest, separators included: names of parameters, roles and objects hold slashes.
  return index === parts.length - 2 && parts[index + 1] === ''
    ? '.+'
    : parts[index + 1]![0] === ':'
      ? '[^:]+'
      : '[^:/]+';
}
