/**
 * Athena's result file: CSV with every value in quotes, a quote doubled, NULL as nothing at all (an empty text is `""`).
 * https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
 */

/** Reads rows from chunks of text; the first row is the header. Memory: one row. */
export async function* readCsv(chunks: AsyncIterable<string>): AsyncGenerator<readonly (string | null)[]> {
  let row: (string | null)[] = [];
  let value = '';
  let state: 'start' | 'bare' | 'quoted' | 'quote' = 'start';
  const end = (): void => {
    row.push(state === 'start' ? null : value);
    value = '';
    state = 'start';
  };
  for await (const chunk of chunks)
    for (const char of chunk) {
      if (state === 'quoted') {
        if (char === '"') state = 'quote';
        else value += char;
      } else if (char === '"') {
        if (state === 'quote') value += '"';
        state = 'quoted';
      } else if (char === ',') end();
      else if (char === '\n') {
        end();
        yield row;
        row = [];
      } else if (char !== '\r') {
        if (state === 'start') state = 'bare';
        value += char;
      }
    }
  if (row.length > 0 || state !== 'start') {
    end();
    yield row;
  }
}
