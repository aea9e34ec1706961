/** Every format on the samples, byte for byte, and read back by parsers that are not ours. */
import { readFileSync } from 'node:fs';
import officialSarif from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import hcl from 'hcl2-parser';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { Plan } from '../../src/plan/plan.ts';
import resultSchema from '../../src/plan/result.schema.json' with { type: 'json' };
import { deployed } from '../../src/report/deployed.ts';
import { documentPairs } from '../../src/report/diff/pairs.ts';
import { escapeUnseenJson, prettyJson } from '../../src/report/escape/json.ts';
import { FORMAT_NAMES, FORMATS, type FormatName } from '../../src/report/formats.ts';
import { wideJson } from '../../src/report/json.ts';
import { samplePlan } from '../support/plan-fixture.ts';

const options = { colour: false, width: 100 };
const file = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const golden = (role: string): Plan => JSON.parse(file(`../golden/${role}/result.json`)) as Plan;
const text = (format: FormatName, plan: Plan): string => FORMATS[format].files(plan, options)[0]!.text;

/** Draft 4, of which it uses nothing that later drafts read otherwise; Ajv only balks at the name of the draft. */
const { $schema: _draft, id: _id, ...sarifSchema } = officialSarif;
const isSarif = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(sarifSchema);
const isResult = new Ajv2020({ strict: false, validateFormats: false }).compile(resultSchema);

describe.each(['order-service', 'legacy-reporting'])('%s of the samples', (role) => {
  it.each(FORMAT_NAMES)(
    'as %s: run node scripts/update-goldens.mjs where the change is meant',
    async (format) => {
      for (const { name, text: content } of FORMATS[format].files(golden(role), options))
        await expect(content).toMatchFileSnapshot(`../golden/${role}/${name}`);
    },
  );

  it('as json: with its parts put together as if the whole were written at once', () => {
    const plan = golden(role);
    expect(text('json', plan)).toBe(`${escapeUnseenJson(wideJson(plan))}\n`);
  });
});

it('is a page in ASCII, whatever names hold, for a browser shows them all the same', () => {
  const plan = samplePlan();
  const page = text('html', {
    ...plan,
    principal: { ...plan.principal, name: 'r\u00f4le-\u{1f600}' },
    findings: plan.findings.map((one) => ({ ...one, reason: 'na\u00efve \u{1f600}' })),
  });
  expect(page).toMatch(/^[\n -~]*$/);
  expect(page).toContain('r&#244;le-&#128512;');
  expect(page).toContain('na\\u00efve \\ud83d\\ude00');
});

describe.each([
  ['order-service', golden('order-service')],
  ['legacy-reporting', golden('legacy-reporting')],
  ['the hand-made plan', samplePlan()],
] as const)('%s, read back', (_name, plan) => {
  const documents = deployed(plan).map((one) => one.document);

  it('result.json is valid by its schema', () => {
    isResult(JSON.parse(text('json', plan)));
    expect(isResult.errors ?? []).toEqual([]);
  });

  it('SARIF is valid by the schema of SARIF 2.1.0', () => {
    const log = JSON.parse(text('sarif', plan)) as { runs: { results: unknown[] }[] };
    isSarif(log);
    expect(isSarif.errors ?? []).toEqual([]);
    expect(log.runs[0]!.results.length).toBeGreaterThan(0);
  });

  it('CloudFormation is YAML with the documents in it', () => {
    const template = parseYaml(text('cloudformation', plan), { strict: true }) as {
      Resources: Record<string, { Type: string; Properties: { PolicyDocument: unknown } }>;
    };
    expect(template).toEqual(JSON.parse(text('cloudformation-json', plan)));
    const resources = Object.values(template.Resources);
    expect(resources.map((one) => one.Type)).toEqual(documents.map(() => 'AWS::IAM::ManagedPolicy'));
    expect(resources.map((one) => one.Properties.PolicyDocument)).toEqual(documents);
  });

  it.each(['terraform', 'terraform-document'] as const)('%s parses as HCL', (format) => {
    const [parsed, error] = hcl.parseToObject(text(format, plan)) as [Hcl, unknown];
    expect(error ?? undefined).toBeUndefined();
    expect(Object.keys(parsed.resource.aws_iam_policy)).toHaveLength(documents.length);
    if (format === 'terraform-document')
      expect(
        Object.values(parsed.data!.aws_iam_policy_document).map((one) => one[0]!.statement.length),
      ).toEqual(documents.map((one) => one.Statement.length));
  });

  it('the diff turns the old documents into the new ones', () => {
    const pairs = documentPairs(plan).filter(
      (pair) => JSON.stringify(pair.before) !== JSON.stringify(pair.after),
    );
    const sections = text('diff', plan).split(/^(?=--- )/m);
    expect(sections).toHaveLength(pairs.length);
    for (const [index, { before, after }] of pairs.entries())
      expect(applied(before === undefined ? '' : prettyJson(before.document), sections[index]!)).toBe(
        after === undefined ? '' : prettyJson(after.document),
      );
  });
});

/** The text after a unified diff of one file, read as `patch` reads it: by the lengths in the hunk heads. */
function applied(before: string, section: string): string {
  const old = before === '' ? [] : before.split('\n');
  const lines = section.split('\n').slice(2);
  const out: string[] = [];
  let at = 0;
  for (let next = 0; next < lines.length; ) {
    const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(lines[next++]!);
    if (head === null) continue;
    const [start, length, newLength] = [Number(head[1]), Number(head[2] ?? 1), Number(head[4] ?? 1)];
    while (at < (length === 0 ? start : start - 1)) out.push(old[at++]!);
    for (let olds = 0, news = 0; olds < length || news < newLength; next++) {
      const line = lines[next]!;
      if (line[0] !== '+') {
        expect(old[at++]).toBe(line.slice(1));
        olds += 1;
      }
      if (line[0] !== '-') {
        out.push(line.slice(1));
        news += 1;
      }
    }
  }
  return [...out, ...old.slice(at)].join('\n');
}

interface Hcl {
  readonly resource: { readonly aws_iam_policy: Readonly<Record<string, unknown>> };
  readonly data?: {
    readonly aws_iam_policy_document: Readonly<
      Record<string, readonly { readonly statement: readonly unknown[] }[]>
    >;
  };
}
