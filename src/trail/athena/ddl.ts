/** Fills create-table.sql. The values are checked by the caller against patterns without quotes. */
export interface TableValues {
  readonly table: string;
  readonly location: string;
  readonly accounts: string;
  readonly regions: string;
  readonly first_day: string;
}

export function fillTable(text: string, values: TableValues): string {
  return text
    .replace(/^--.*$/gm, '')
    .trim()
    .replace(/\{\{(\w+)\}\}/g, (_, name: keyof TableValues) => values[name]);
}
