import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { describeEvent } from '../../src/permissions/describe.ts';
import type { Resolver } from '../../src/permissions/resolver.ts';
import disputes from './disputes.json' with { type: 'json' };
import { list, percent } from './print.ts';
import type { TruthRow } from './shared.ts';

/** A call that a role made and of which nothing but its name is known, as a truth row has it. */
const bare = (row: TruthRow): TrailEvent => ({
  count: 1,
  firstSeen: 0,
  lastSeen: 0,
  sampleIds: ['00000000-0000-0000-0000-000000000000'],
  eventVersion: '1.08',
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  eventSource: row.eventSource,
  eventName: row.eventName,
  awsRegion: 'us-east-1',
  recipientAccountId: '111122223333',
  principal: {
    kind: 'role',
    arn: 'arn:aws:iam::111122223333:role/app',
    accountId: '111122223333',
    name: 'app',
    pathKnown: true,
  },
  outcome: { kind: 'succeeded' },
  requestParameters: null,
  responseElements: null,
  additionalEventData: null,
  resources: [],
  dedupeKey: '',
});

/** Rows that a source of AWS's own contradicts, each with who is right. */
const DISPUTES = new Map(
  disputes.flatMap((row) => row.eventNames.map((name) => [`${row.eventSource} ${name}`, row] as const)),
);

/** The actions that a row of the map brings only where a parameter shows it: the truth lists some of them as needed always. */
const conditionalActions = (catalogue: Catalogue, row: TruthRow): ReadonlySet<string> =>
  new Set(
    describeEvent(catalogue, row.eventSource, row.eventName)
      .permissions.filter((one) => one.level === 'conditional')
      .map((one) => one.action.toLowerCase()),
  );

/** Rows give exactly the listed actions as primary; rows of a choice give exactly the listed actions to choose from. */
export function scoreTruth(
  rows: readonly TruthRow[],
  resolver: Resolver,
  catalogue: Catalogue,
  limit: number,
): readonly string[] {
  const out = ['truth/event-actions.jsonl.gz: primary actions of an event of which only the name is known'];
  const invented: string[] = [];
  const misses: string[] = [];
  for (const confidence of ['agreed', 'single-source', 'disputed', 'unmapped'] as const)
    for (const nontrivial of [true, false]) {
      const part = rows.filter((row) => row.confidence === confidence && row.nontrivial === nontrivial);
      if (part.length === 0) continue;
      let right = 0;
      let apart = 0;
      let disputed = 0;
      for (const row of part) {
        const resolution = resolver.resolve(bare(row));
        const permissions = resolution.status === 'mapped' ? resolution.permissions : [];
        for (const one of permissions)
          if (catalogue.action(one.action)?.action !== one.action) invented.push(one.action);
        // A row of a choice lists what its parameters choose from, and apart what only some of them bring.
        const also = new Set(row.semantics === 'anyOf' ? row.conditionalActions : []);
        const level = row.semantics === 'anyOf' ? 'possible' : 'primary';
        const given = [
          ...new Set(
            permissions
              .filter((one) => one.level === level && !also.has(one.action))
              .map((one) => one.action),
          ),
        ];
        const got = given
          .map((one) => one.toLowerCase())
          .sort()
          .join(' ');
        const wanted = row.actions
          .map((one) => one.toLowerCase())
          .sort()
          .join(' ');
        const expected =
          confidence === 'unmapped'
            ? resolution.status !== 'mapped'
            : row.noPermission
              ? resolution.status === 'no-permission'
              : got === wanted;
        if (expected) {
          right += 1;
          continue;
        }
        if (confidence !== 'unmapped' && !row.noPermission) {
          const conditional = conditionalActions(catalogue, row);
          const rest = row.actions.map((one) => one.toLowerCase()).filter((one) => !conditional.has(one));
          if (rest.length > 0 && rest.sort().join(' ') === got) apart += 1;
        }
        const dispute = DISPUTES.get(`${row.eventSource} ${row.eventName}`);
        if (dispute?.right === 'map') disputed += 1;
        misses.push(
          `${confidence} ${row.eventSource} ${row.eventName}: wanted ${wanted || '(none)'}; got ${got || resolution.status}${dispute ? `; the ${dispute.right} is right: ${dispute.why}` : ''}`,
        );
      }
      const rest = nontrivial ? 'nontrivial' : 'the rest';
      if (confidence === 'unmapped')
        out.push(
          `  no answer in the truth: ${part.length - right} of ${part.length} get an action from AWS's operation map or catalogue`,
        );
      else
        out.push(
          `  ${confidence}, ${rest}: ${percent(right, part.length)}${apart > 0 ? `; with what a documented condition brings apart: ${percent(right + apart, part.length)}` : ''}${disputed > 0 ? `; without ${disputed} rows that AWS's own sources contradict: ${percent(right, part.length - disputed)}` : ''}`,
        );
    }
  out.push(`  actions that are not in the catalogue: ${invented.length}`);
  return [...out, ...list('misses', misses, limit)];
}
