/** Every form of a review's index. One row a format, as for plans. */
import type { Review } from '../../plan/review/review.ts';
import type { OutputFile } from '../output-file.ts';
import { renderChecksCsv, renderIndexCsv } from './csv.ts';
import { renderIndexHtml } from './html.ts';
import { renderIndexJson } from './json.ts';
import { renderChecksSarif } from './sarif.ts';
import { renderIndexSummary } from './summary.ts';

interface Style {
  readonly colour: boolean;
  readonly width: number;
}

type IndexFormat = 'summary' | 'json' | 'csv' | 'html' | 'checks' | 'sarif';

export const INDEX_FORMATS: Readonly<Record<IndexFormat, (review: Review, style: Style) => OutputFile>> = {
  summary: (review: Review, style: Style): OutputFile => ({
    name: 'index.txt',
    text: renderIndexSummary(review, style),
  }),
  json: (review: Review): OutputFile => ({ name: 'index.json', text: renderIndexJson(review) }),
  csv: (review: Review): OutputFile => ({ name: 'index.csv', text: renderIndexCsv(review) }),
  html: (review: Review): OutputFile => ({ name: 'index.html', text: renderIndexHtml(review) }),
  checks: (review: Review): OutputFile => ({ name: 'checks.csv', text: renderChecksCsv(review) }),
  sarif: (review: Review): OutputFile => ({ name: 'checks.sarif', text: renderChecksSarif(review) }),
};

export const INDEX_NAMES = Object.keys(INDEX_FORMATS) as readonly IndexFormat[];
export const isIndexFormat = (name: string): name is IndexFormat => Object.hasOwn(INDEX_FORMATS, name);
