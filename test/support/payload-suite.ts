/** Every payload in every free field of a plan, through every emitter: nothing of it may come alive. */
import { transformSync } from 'esbuild';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { type DefaultTreeAdapterTypes as Dom, parse, parseFragment } from 'parse5';
import { expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { UsageError } from '../../src/errors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { written } from '../../src/report/deployed.ts';
import { FORMAT_NAMES, FORMATS, type FormatName } from '../../src/report/formats.ts';
import { SCRIPT, STYLE } from '../../src/report/html/assets.generated.ts';
import payloads from '../cases/report/payloads.json' with { type: 'json' };
import { hostilePlan } from './plan-fixture.ts';

/** Where in the field the payload stands: at its start, at its end, or instead of it. */
const PLACES = [
  ['before', (text: string) => (value: string) => text + value],
  ['after', (text: string) => (value: string) => value + text],
  ['alone', (text: string) => () => text],
] as const;

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const plain = { colour: false, width: 100 };

interface Sample {
  readonly name: string;
  readonly plan: Plan;
}
let samples: readonly Sample[] = [];

/** `all`: each payload in every place; `some`: every fifth payload, in one place each, in turn. */
export function payloadSuite(extent: 'all' | 'some'): void {
  samples = payloads
    .filter((_, index) => extent === 'all' || index % 5 === 0)
    .flatMap(({ text }, index) =>
      PLACES.filter((_, at) => extent === 'all' || index % PLACES.length === at).map(([place, put]) => ({
        name: `${JSON.stringify(text).slice(0, 60)} ${place}`,
        plan: hostilePlan(put(text)),
      })),
    );
  checks();
}

/** Undefined where the format refuses, which only the two that cannot escape may do. */
function render(format: FormatName, plan: Plan, colour = false): string | undefined {
  try {
    return FORMATS[format]
      .files(plan, { ...plain, colour })
      .map((file) => file.text)
      .join('');
  } catch (error) {
    if (error instanceof UsageError && /^(cloudformation|cdk)/.test(format)) return undefined;
    throw error;
  }
}

/** Runs a check over all samples and fails with the first few it does not hold for. */
function each(format: FormatName, check: (text: string, plan: Plan) => string | undefined): void {
  const wrong: string[] = [];
  for (const { name, plan } of samples) {
    const text = render(format, plan);
    const problem = text === undefined ? undefined : check(text, plan);
    if (problem !== undefined) wrong.push(`${name}: ${problem}`);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
}

type Node = Dom.Node;
function* nodes(node: Node): Generator<Node> {
  yield node;
  const inner = 'content' in node ? node.content : node;
  if ('childNodes' in inner) for (const child of inner.childNodes) yield* nodes(child);
}
const isElement = (node: Node): node is Dom.Element => 'tagName' in node;
const textOf = (node: Node): string =>
  [...nodes(node)].map((one) => ('value' in one && one.nodeName === '#text' ? one.value : '')).join('');

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));
const PAGE_TAGS = set(
  'html head meta title style body a svg defs pattern rect line text path nav div button main header p h1 h2 h3 span code section details summary dl dt dd ul ol li table caption thead tbody tr th td label input select option script pre footer noscript',
);
const MARKDOWN_TAGS = set('h1 h2 h3 p ul ol li table thead tbody tr th td code pre strong details summary');

/** Why a tree holds something of a payload, or undefined. */
function alive(tree: Node, tags: ReadonlySet<string>): string | undefined {
  for (const node of nodes(tree)) {
    if (!isElement(node)) continue;
    if (!tags.has(node.tagName)) return `<${node.tagName}>`;
    for (const { name, value } of node.attrs) {
      if (/^on|^style$|^src|^srcdoc$|^formaction$|^action$|^xlink/.test(name))
        return `${node.tagName} ${name}`;
      if (name === 'href' && !/^#[a-z]+$/.test(value)) return `href ${value}`;
      if (name === 'http-equiv' && value !== 'Content-Security-Policy') return `http-equiv ${value}`;
    }
    if (node.tagName === 'style' && textOf(node) !== STYLE) return 'style';
    if (node.tagName === 'script') {
      const json = node.attrs.some((one) => one.name === 'type' && one.value === 'application/json');
      if (!json && textOf(node) !== SCRIPT) return 'script';
    }
  }
  return undefined;
}

function checks(): void {
  it('are many', () => expect(payloads.length).toBeGreaterThanOrEqual(200));

  it.each(FORMAT_NAMES)('%s holds no control, bidi or other unseen character', (format) => {
    each(format, (text) => {
      const rest = text.replaceAll('\n', '').replaceAll('\r', format === 'csv' ? '' : '\r');
      return UNSEEN.exec(rest) === null ? undefined : JSON.stringify(UNSEEN.exec(rest)?.[0]);
    });
  });

  it.each(['summary', 'changes'] as const)('%s in colour holds only our own sequences', (format) => {
    for (const { name, plan } of samples) {
      const rest = render(format, plan, true)!
        .replace(/\u001b\[(?:1|2|22|31|32|33|36|39)m/g, '')
        .replaceAll('\n', '');
      expect(UNSEEN.test(rest), name).toBe(false);
    }
  });

  it('html: no active node, and the data is what the plan says', () => {
    each('html', (text, plan) => {
      const tree = parse(text);
      const problem = alive(tree, PAGE_TAGS);
      if (problem !== undefined) return problem;
      const all = [...nodes(tree)];
      if (all.some((node) => node.nodeName === '#comment')) return 'comment';
      const data = all.filter((node) => isElement(node) && node.tagName === 'script').map(textOf);
      if (data.length !== 2) return `${data.length} scripts`;
      return JSON.parse(data[0]!).length === plan.findings.length ? undefined : 'data';
    });
  }, 900_000);

  it.each(['markdown', 'comment'] as const)(
    '%s: no markup, link, mention or reference; fences and tables hold',
    (format) => {
      const shape = (text: string): Node =>
        parseFragment(
          micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true }),
        );
      const countOf = (tree: Node, tag: string): number =>
        [...nodes(tree)].filter((node) => isElement(node) && node.tagName === tag).length;
      const calm = shape(
        render(
          format,
          hostilePlan((value) => value),
        )!,
      );
      each(format, (text) => {
        const tree = shape(text);
        const problem = alive(tree, MARKDOWN_TAGS);
        if (problem !== undefined) return problem;
        // What has no room in a comment is left out and named.
        const cut = text.includes('eft out for length');
        for (const tag of cut
          ? []
          : ['pre', 'h1', 'h2', 'h3', 'table', 'tr', 'td', 'li', 'details', 'summary'])
          if (countOf(tree, tag) !== countOf(calm, tag))
            return `${countOf(tree, tag)} ${tag} for ${countOf(calm, tag)}`;
        const comments = [...nodes(tree)].filter((node) => node.nodeName === '#comment').length;
        if (comments !== (format === 'comment' ? 1 : 0)) return `${comments} comments`;
        for (const node of nodes(tree)) {
          if (node.nodeName !== '#text' || !('value' in node)) continue;
          const parent = node.parentNode;
          if (parent !== null && isElement(parent) && /^(code|pre)$/.test(parent.tagName)) continue;
          const live = /@(?!\u200b)\S|[#!~%$&](?!\u200b)[\w"{]|:\/\/|\bwww\.\w|\bGH-\d/i.exec(node.value);
          if (live !== null && !/^&[a-z]+;?$/.test(live[0])) return `text ${JSON.stringify(live[0])}`;
        }
        return undefined;
      });
    },
    900_000,
  );

  it('comment stays below the limit', () => {
    each('comment', (text) => (Buffer.byteLength(text) < 65_536 ? undefined : String(text.length)));
  });

  it('csv: as many cells in every row, none of them a formula, whatever the separator', () => {
    const START = /^[\s"']*?[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u;
    each('csv', (text, plan) => {
      const rows = parseCsv(text);
      if (rows.length !== plan.findings.length + 1) return `${rows.length} rows`;
      if (rows.some((row) => row.length !== rows[0]!.length)) return 'cells';
      const cell = rows.flat().find((one) => /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(one));
      if (cell !== undefined) return cell;
      const piece = text
        .split('\r\n')
        .flatMap((line) => line.split(/[;|]/).slice(1))
        .find((one) => START.test(one) && !/^[\s"]*'/.test(one));
      return piece === undefined ? undefined : `split ${piece.slice(0, 20)}`;
    });
  });

  it('sarif: no live placeholder or link', () => {
    each('sarif', (text) => {
      const log = JSON.parse(text) as { runs: { results: { message: { text: string } }[] }[] };
      for (const { message } of log.runs[0]!.results) {
        const rest = message.text.replace(/\\[\\[\]]/g, '').replace(/\{\{|\}\}/g, '');
        if (/[[\]{}]/.test(rest)) return message.text.slice(0, 80);
      }
      return undefined;
    });
  });

  it.each(['terraform', 'terraform-document'] as const)(
    '%s: no template sequence outside a comment',
    (format) => {
      each(format, (text) => {
        for (const line of text.split('\n')) {
          if (line.startsWith('#')) continue;
          const rest = line.replace(/\$\$\{|%%\{/g, '');
          if (/[$%]\{/.test(rest)) return line.slice(0, 80);
        }
        return undefined;
      });
    },
  );

  it('cloudformation: YAML and JSON give the documents back, untouched and untagged', () => {
    each('cloudformation', (text, plan) => {
      const value = parseYaml(text, { logLevel: 'error', strict: true }) as Template;
      const json = JSON.parse(render('cloudformation-json', plan)!) as Template;
      expect(value).toEqual(json);
      expect(Object.values(json.Resources).map((one) => one.Properties.PolicyDocument)).toEqual(
        written(plan, plan.after.policies).map((one) => one.document),
      );
      return /\{\{\s*resolve/i.test(text.replace(/^#.*$/gm, '')) ? 'dynamic reference' : undefined;
    });
  });

  it('cdk: compiles, and gives the documents back', () => {
    each('cdk', (text, plan) => {
      const { code } = transformSync(text, { loader: 'ts', format: 'cjs' });
      const documents: unknown[] = [];
      const iam = {
        Role: { fromRoleName: () => ({}) },
        PolicyDocument: { fromJson: (document: unknown) => document },
        ManagedPolicy: class {
          constructor(_scope: unknown, _id: string, props: { document: unknown }) {
            documents.push(props.document);
          }
        },
      };
      const module = { exports: {} as { TightenedPolicies: new () => unknown } };
      const load = (name: string): unknown => (name === 'constructs' ? { Construct: class {} } : iam);
      new Function('module', 'require', code)(module, load);
      new module.exports.TightenedPolicies();
      expect(documents).toEqual(written(plan, plan.after.policies).map((one) => one.document));
      return undefined;
    });
  });

  it('policy, vault and json: the values come back', () => {
    each('json', (text, plan) => {
      expect(JSON.parse(text)).toEqual(plan);
      return undefined;
    });
    each('vault', (text, plan) => {
      const role = JSON.parse(text) as { policy_document?: string };
      if (role.policy_document !== undefined)
        expect(JSON.parse(role.policy_document)).toEqual(plan.after.policies[0]!.document);
      return undefined;
    });
    for (const { name, plan } of samples)
      for (const file of FORMATS.policy.files(plan)) {
        expect(file.name, name).toMatch(/^[A-Za-z0-9+=,@_.-]+\.json$/);
        expect(JSON.parse(file.text)).toEqual(plan.after.policies[0]!.document);
      }
  });

  it('diff: every line is one of a diff', () => {
    each('diff', (text) => text.split('\n').find((line) => line !== '' && !/^[-+ @]/.test(line)));
  });
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Properties: { readonly PolicyDocument: unknown } }>>;
}

/** RFC 4180, for fields that are all quoted. */
function parseCsv(text: string): readonly (readonly string[])[] {
  return text
    .split('\r\n')
    .slice(0, -1)
    .map((line) =>
      [...line.matchAll(/(?:^|,)"((?:[^"]|"")*)"/g)].map((match) => match[1]!.replaceAll('""', '"')),
    );
}
