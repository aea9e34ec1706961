/** The documents behind the tables: rows name them by key, `SR+BC` names two. */
import citations from './data/citations.json' with { type: 'json' };

export interface Citation {
  readonly key: string;
  readonly title: string;
  readonly url?: string;
}

const BY_KEY: ReadonlyMap<string, Citation> = new Map(
  (citations as readonly Citation[]).map((row) => [row.key, row]),
);

/** The documents that a row's source names, in order; a key the table lacks stands for itself. */
export const citationsOf = (source: string): readonly Citation[] =>
  source.split('+').map((key) => BY_KEY.get(key) ?? { key, title: key });

/** The source of a permission's basis, `operations.json s3:GetObject [S3P]` -> `S3P`. */
export const sourceOfBasis = (basis: string): string => /\[([^\]]+)\]$/.exec(basis)?.[1] ?? '';
