/** A source whose tampered objects are no evidence: they are withheld and named, as is what was removed. */
import { parseDigestKey } from '../digest-inventory.ts';
import { parseObjectKey } from '../layout.ts';
import type { Batch, GapReason, ObjectGap, ObjectRef, ReadOptions, TrailSource } from '../source.ts';
import { FAULTS, type Finding } from './finding.ts';
import type { Content } from './logs.ts';
import type { Validation, ValidationReport } from './validate.ts';

/** Told what an object holds, a source asks whether it is evidence: a gap where it is not. */
export type Inspect = (object: ObjectRef, content: Content) => ObjectGap | undefined;

/**
 * For a source that inspects each object as it reads it, so that nothing is read twice. An object that signed digests of
 * its time do not list counts as put in by somebody.
 */
export function withholdWhileReading(
  open: (inspect: Inspect) => TrailSource,
  begin: (options: ReadOptions) => Promise<Validation>,
  onReport: (report: ValidationReport) => void,
): TrailSource {
  let validation: Validation | undefined;
  const source = open((object, content) => {
    const finding = validation?.judge(object.name, content);
    return finding && isTampered(finding) ? withheld(object, finding).gap : undefined;
  });
  return {
    facts: source.facts,
    async *read(options) {
      validation = await begin(options);
      const named = new Set<string>();
      for await (const batch of source.read(options)) {
        if (batch.gap?.reason === 'tampered' || batch.gap?.reason === 'not-found')
          named.add(batch.gap.object.name);
        yield batch;
      }
      const report = await validation.finish();
      onReport(report);
      for (const finding of tamperedIn(report))
        if (!named.has(finding.name)) yield withheld(refOf(finding), finding);
    },
  };
}

const isTampered = ({ status, fault }: Finding): boolean => status === 'invalid' || fault === 'unlisted';

/** What is no evidence. A folder's source tells from the digests by itself which log files are missing. */
export const tamperedIn = ({ findings, copied }: ValidationReport): readonly Finding[] =>
  findings.filter((one) => isTampered(one) && !(copied && one.kind === 'log' && one.fault === 'not-found'));

function withheld(object: ObjectRef, { kind, fault, detail }: Finding): Batch {
  const what = `${kind === 'digest' ? 'digest' : 'log'} file: ${FAULTS[fault!]}`;
  const reason: GapReason = fault === 'not-found' ? 'not-found' : 'tampered';
  const gap: ObjectGap = {
    object,
    reason,
    detail: detail === undefined ? what : `${what} (${detail})`,
    partial: false,
  };
  return withheldBatch(gap);
}

/** What stands for an object that is no evidence. */
export const withheldBatch = (gap: ObjectGap): Batch => ({
  object: gap.object,
  records: 0,
  events: [],
  skippedOtherPrincipal: 0,
  rejections: [],
  gap,
});

function refOf({ name }: Finding): ObjectRef {
  const key = parseObjectKey(name);
  const place = key.kind === 'log' ? key : parseDigestKey(name);
  if (!place) return { name, bytes: 0 };
  const { accountId, region, day } = place;
  return { name, bytes: 0, accountId, region, day };
}
