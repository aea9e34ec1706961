/**
 * A trail's event selectors -> what it is sure to record. Where a selector narrows in a way that cannot be weighed against
 * absence (by event name, caller, …) the claim is dropped or marked, never stretched.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
import type { AdvancedEventSelector, AdvancedFieldSelector, EventSelector } from '@aws-sdk/client-cloudtrail';
import { oneLine } from './aws-error.ts';
import type { DataSelector, TrailFacts } from './facts.ts';

export interface SelectorsAnswer {
  readonly EventSelectors?: readonly EventSelector[] | undefined;
  readonly AdvancedEventSelectors?: readonly AdvancedEventSelector[] | undefined;
}

export interface SelectorFacts {
  readonly management: TrailFacts['management'];
  readonly data: readonly DataSelector[];
  /** Selectors for management events that were left out of the claim, one line each. */
  readonly problems: readonly string[];
}

/** What one selector records of management events. */
interface Management {
  readonly read: boolean;
  readonly write: boolean;
  readonly excluded: readonly string[];
}

/** Reads the answer of GetEventSelectors. A trail without any selector records all management events and no data events. */
export function readSelectors(answer: SelectorsAnswer): SelectorFacts {
  const advanced = answer.AdvancedEventSelectors ?? [];
  if (advanced.length > 0) return readAdvanced(advanced);
  const basic = answer.EventSelectors ?? [];
  if (basic.length > 0) return readBasic(basic);
  return { management: { read: true, write: true, excludedSources: [] }, data: [], problems: [] };
}

/** Values that mean every resource of the type. */
const EVERY_RESOURCE = /^arn:aws[a-z-]*:(?:s3(?::::)?|lambda|dynamodb)$/;

function readBasic(selectors: readonly EventSelector[]): SelectorFacts {
  const access = ({ ReadWriteType: type = 'All' }: EventSelector) => ({
    read: type !== 'WriteOnly',
    write: type !== 'ReadOnly',
  });
  const management = selectors
    .filter((one) => one.IncludeManagementEvents !== false)
    .map((one) => ({ ...access(one), excluded: one.ExcludeManagementEventSources ?? [] }));
  const data = selectors.flatMap((one) =>
    (one.DataResources ?? [])
      .filter(({ Values }) => (Values ?? []).length > 0)
      .map(({ Type: resourceType = '', Values: values = [] }): DataSelector => {
        const narrowed = !values.some((value) => EVERY_RESOURCE.test(value));
        return {
          resourceType,
          ...access(one),
          narrowed,
          ...(narrowed && { detail: `only ${shown(values)}` }),
        };
      }),
  );
  return { management: union(management), data: sortedData(data), problems: [] };
}

function readAdvanced(selectors: readonly AdvancedEventSelector[]): SelectorFacts {
  const management: Management[] = [];
  const data: DataSelector[] = [];
  const problems: string[] = [];
  for (const { FieldSelectors: fields = [], Name: name } of selectors) {
    const category = equals(fields, 'eventCategory');
    const narrowing = fields.filter((field) => !understood(field, category[0] ?? ''));
    if (category.includes('Management')) {
      if (narrowing.length === 0) management.push({ ...access(fields), excluded: excludedSources(fields) });
      else
        problems.push(
          `selector ${JSON.stringify(oneLine(name ?? ''))} records only some management events (${conditions(narrowing)})`,
        );
    } else if (category.includes('Data'))
      for (const resourceType of equals(fields, 'resources.type'))
        data.push({
          resourceType,
          ...access(fields),
          narrowed: narrowing.length > 0,
          ...(narrowing.length > 0 && { detail: `only where ${conditions(narrowing)}` }),
        });
  }
  return { management: union(management), data: sortedData(data), problems };
}

/** Conditions that say nothing beyond category, type, read or write, and left-out sources of management events. */
function understood(field: AdvancedFieldSelector, category: string): boolean {
  switch (field.Field) {
    case 'eventCategory':
      return true;
    case 'resources.type':
      return category === 'Data' && operators(field).every((operator) => operator === 'Equals');
    case 'readOnly':
      return operators(field).every((operator) => operator === 'Equals');
    case 'eventSource':
      return category === 'Management' && operators(field).every((operator) => operator === 'NotEquals');
    default:
      return false;
  }
}

const OPERATORS = ['Equals', 'NotEquals', 'StartsWith', 'NotStartsWith', 'EndsWith', 'NotEndsWith'] as const;
const operators = (field: AdvancedFieldSelector) =>
  OPERATORS.filter((operator) => (field[operator] ?? []).length > 0);

const equals = (fields: readonly AdvancedFieldSelector[], name: string): readonly string[] =>
  fields.filter((field) => field.Field === name).flatMap((field) => field.Equals ?? []);

function access(fields: readonly AdvancedFieldSelector[]): { read: boolean; write: boolean } {
  const values = equals(fields, 'readOnly');
  if (values.length === 0) return { read: true, write: true };
  return { read: values.includes('true'), write: values.includes('false') };
}

const excludedSources = (fields: readonly AdvancedFieldSelector[]): readonly string[] =>
  fields.filter((field) => field.Field === 'eventSource').flatMap((field) => field.NotEquals ?? []);

const conditions = (fields: readonly AdvancedFieldSelector[]): string =>
  fields
    .flatMap((field) =>
      operators(field).map((operator) => `${field.Field} ${operator} ${shown(field[operator] ?? [])}`),
    )
    .join(' and ');

/** A few values on one line. */
function shown(values: readonly string[]): string {
  const few = values.slice(0, 3).map((value) => oneLine(value));
  return `${few.join(', ')}${values.length > 3 ? ` and ${values.length - 3} more` : ''}`;
}

/** Selectors add up: a source is left out only where every selector of that access leaves it out. */
function union(selectors: readonly Management[]): TrailFacts['management'] {
  const of = (which: 'read' | 'write'): string[] => {
    const [first, ...others] = selectors.filter((one) => one[which]);
    return (first?.excluded ?? []).filter((source) =>
      others.every((other) => other.excluded.includes(source)),
    );
  };
  return {
    read: selectors.some((one) => one.read),
    write: selectors.some((one) => one.write),
    excludedSources: [...new Set([...of('read'), ...of('write')])].sort(),
  };
}

const sortedData = (data: readonly DataSelector[]): readonly DataSelector[] =>
  [...data].sort((a, b) => compare(JSON.stringify([a.resourceType, a]), JSON.stringify([b.resourceType, b])));
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
