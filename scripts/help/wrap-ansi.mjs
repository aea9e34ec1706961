// Stands in for wrap-ansi in the bundled yargs: wraps plain words at `columns`; a longer word is cut.
export default function wrap(text, columns) {
  return String(text)
    .split('\n')
    .map((line) => wrapLine(line, columns))
    .join('\n');
}

function wrapLine(line, columns) {
  const rows = [];
  let row = '';
  for (const word of line.split(' ')) {
    if (row !== '' && row.length + 1 + word.length > columns) {
      rows.push(row);
      row = word;
    } else row = row === '' && rows.length > 0 ? word : row === '' ? word : `${row} ${word}`;
    while (row.length > columns) {
      rows.push(row.slice(0, columns));
      row = row.slice(columns);
    }
  }
  rows.push(row);
  return rows.join('\n');
}
