import { describe, expect, it } from 'vitest';
import { FORMAT_NAMES, FORMATS, isFormatName } from '../../src/report/formats.ts';
import { emptyPlan, largePlan, samplePlan } from '../support/plan-fixture.ts';

const options = { colour: false, width: 100 };
const text = (name: keyof typeof FORMATS, plan = samplePlan()): string =>
  FORMATS[name]
    .files(plan, options)
    .map((file) => file.text)
    .join('');

describe('formats', () => {
  it('knows only its own names', () => {
    expect(isFormatName('json')).toBe(true);
    expect(isFormatName('constructor')).toBe(false);
  });

  it.each(FORMAT_NAMES)('%s gives the same bytes for the same plan and copes with an empty one', (name) => {
    expect(text(name)).toBe(text(name));
    expect(() => text(name, emptyPlan())).not.toThrow();
  });

  it.each(['summary', 'markdown', 'comment'] as const)(
    '%s says first that evidence is incomplete',
    (name) => {
      expect(text(name).split('\n')[0]).toContain('Evidence is incomplete');
      expect(text(name, emptyPlan()).split('\n')[0]).not.toContain('incomplete');
    },
  );

  it('gives result.json back as the plan', () => {
    expect(JSON.parse(text('json'))).toEqual(samplePlan());
  });

  it('writes each policy as a document', () => {
    expect(FORMATS.policy.files(samplePlan()).map((file) => file.name)).toEqual(['policy-1.json']);
    expect(JSON.parse(text('policy'))).toEqual(samplePlan().after.policies[0]!.document);
  });

  it('keeps the comment below the limit, says what it left out and ends with its marker', () => {
    const comment = text('comment', largePlan(5_000));
    expect(Buffer.byteLength(comment)).toBeLessThan(65_536);
    expect(comment).toMatch(/[\d,]+ more left out for length: see report.md/);
    expect(comment.trimEnd().split('\n').at(-1)).toBe(
      '<!-- gen-policy arn:aws:iam::111122223333:role/service/orders%2dapi -->',
    );
  });

  it('keeps the summary within the width where words allow it', () => {
    for (const width of [72, 80, 120]) {
      const rendered = FORMATS.summary.files(samplePlan(), { colour: false, width })[0]!.text.split('\n');
      for (const line of rendered) if (!line.includes('arn:')) expect(line.length).toBeLessThan(width);
    }
  });
});
