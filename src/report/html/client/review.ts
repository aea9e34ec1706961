/** The index page's only script: filters, sorts and pages the principals. Text goes in by textContent only. */
import { barOf, type IndexRow } from '../../review/index-row.ts';

const PAGE = 100;
const SVG = 'http://www.w3.org/2000/svg';
const BARS = ['s-used', 's-rest', 's-gone'];

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const rows = JSON.parse(byId('index-data').textContent ?? '[]') as IndexRow[];
const haystack = rows.map((row) =>
  [row.kind, row.name, row.risk, row.note, row.account, row.users].join('\n').toLowerCase(),
);

const body = byId<HTMLTableSectionElement>('index-rows');
const status = byId('index-status');
const search = byId<HTMLInputElement>('index-search');
const kind = byId<HTMLSelectElement>('index-kind');
const sort = byId<HTMLSelectElement>('index-sort');
const more = byId<HTMLButtonElement>('index-more');

let shown: number[] = [];
let drawn = 0;

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const idle = (row: IndexRow): string => (row.last === 'not seen' ? '' : row.last);
const COMPARE: Record<string, (a: IndexRow, b: IndexRow) => number> = {
  score: () => 0,
  name: (a, b) => text(a.name, b.name),
  unused: (a, b) => b.before - b.used - (a.before - a.used),
  findings: (a, b) => b.findings - a.findings,
  last: (a, b) => text(idle(a), idle(b)),
};

function cell(tag: string, className: string, content: string | Node): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(content);
  return made;
}

function bar(row: IndexRow): Node {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 100 10');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  let x = 0;
  for (const [index, width] of barOf(row).entries()) {
    const rect = document.createElementNS(SVG, 'rect');
    rect.setAttribute('class', BARS[index] ?? '');
    rect.setAttribute('x', String(x));
    rect.setAttribute('width', String(width));
    rect.setAttribute('height', '10');
    svg.append(rect);
    x += width;
  }
  return svg;
}

function element(row: IndexRow): HTMLElement {
  const line = document.createElement('tr');
  const name = document.createElement(row.href === '' ? 'span' : 'a');
  if (name instanceof HTMLAnchorElement) name.href = row.href;
  name.append(`${row.kind} `, cell('code', '', row.name));
  const head = cell('th', '', name);
  head.setAttribute('scope', 'row');
  for (const line of [row.account, row.users, row.note])
    if (line !== '') head.append(cell('div', 'soft', line));
  const number = (value: number): string => value.toLocaleString('en');
  line.append(
    cell('td', 'num', row.score.toFixed(1)),
    head,
    cell('td', 'bar', row.before < 0 ? '' : bar(row)),
    cell('td', 'num', row.before < 0 ? '' : number(row.before)),
    cell('td', 'num', number(row.used)),
    cell('td', '', row.risk),
    cell('td', 'num', number(row.findings)),
    cell('td', '', row.last),
  );
  return line;
}

function draw(): void {
  const part = document.createDocumentFragment();
  for (const index of shown.slice(drawn, drawn + PAGE)) part.append(element(rows[index]!));
  drawn = Math.min(shown.length, drawn + PAGE);
  body.append(part);
  more.hidden = drawn >= shown.length;
}

function apply(): void {
  const words = search.value
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  shown = [];
  for (let index = 0; index < rows.length; index++)
    if (
      (kind.value === '' || rows[index]!.kind === kind.value) &&
      words.every((word) => haystack[index]!.includes(word))
    )
      shown.push(index);
  const compare = COMPARE[sort.value] ?? COMPARE.score!;
  shown.sort((a, b) => compare(rows[a]!, rows[b]!) || a - b);
  drawn = 0;
  body.replaceChildren();
  draw();
  status.textContent = `${shown.length.toLocaleString('en')} of ${rows.length.toLocaleString('en')} principals`;
}

search.addEventListener('input', apply);
kind.addEventListener('change', apply);
sort.addEventListener('change', apply);
more.addEventListener('click', draw);
byId('index-tools').hidden = false;
apply();
