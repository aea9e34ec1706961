/**
 * SARIF 2.1.0 of a review's checks; those of a principal's plan come with --pages sarif. Each names its subject as a
 * logical location in index.json, for an account has no lines.
 */
import { checkRow } from '../../plan/checks/check.ts';
import type { Review } from '../../plan/review/review.ts';
import { prettyJson } from '../escape/json.ts';
import { sarifText } from '../escape/sarif.ts';
import { LEVEL, SCORE } from '../sarif.ts';

export function renderChecksSarif(review: Review): string {
  const ids = [...new Set(review.checks.map((one) => one.check))].sort();
  return `${prettyJson({
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'gen-policy review',
            version: sarifText(review.tool.version),
            rules: ids.map(checkRow).map((row) => ({
              id: row.id,
              shortDescription: { text: row.title },
              help: { text: row.fix },
              helpUri: row.page,
              properties: { tags: ['security', 'iam'], 'security-severity': SCORE[row.severity] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: review.checks.map((one) => ({
          ruleId: one.check,
          ruleIndex: ids.indexOf(one.check),
          level: LEVEL[one.severity],
          message: {
            text: sarifText(
              `${one.subject}: ${checkRow(one.check).title}: ${one.evidence}. ${checkRow(one.check).fix}`,
            ),
          },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: 'index.json' }, region: { startLine: 1 } },
              logicalLocations: [{ fullyQualifiedName: sarifText(one.subject) }],
            },
          ],
          partialFingerprints: { 'genPolicyCheck/v1': sarifText(one.id) },
          properties: { 'security-severity': SCORE[one.severity] },
        })),
      },
    ],
  })}\n`;
}
