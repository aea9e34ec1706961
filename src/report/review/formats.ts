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

interface Format {
  /** Its name in --out. */
  readonly file: string;
  readonly text: (review: Review, style: Style) => string;
}

export const INDEX_FORMATS: Readonly<Record<IndexFormat, Format>> = {
  summary: { file: 'index.txt', text: renderIndexSummary },
  json: { file: 'index.json', text: renderIndexJson },
  csv: { file: 'index.csv', text: renderIndexCsv },
  html: { file: 'index.html', text: renderIndexHtml },
  checks: { file: 'checks.csv', text: renderChecksCsv },
  sarif: { file: 'checks.sarif', text: renderChecksSarif },
};

export const INDEX_NAMES = Object.keys(INDEX_FORMATS) as readonly IndexFormat[];
export const isIndexFormat = (name: string): name is IndexFormat => Object.hasOwn(INDEX_FORMATS, name);

/** All but the summary; index.json last, as what says that the review is whole. */
export const indexFiles = (review: Review, style: Style): readonly OutputFile[] =>
  (['csv', 'html', 'checks', 'sarif', 'json'] as const).map((name) => ({
    name: INDEX_FORMATS[name].file,
    text: INDEX_FORMATS[name].text(review, style),
  }));
