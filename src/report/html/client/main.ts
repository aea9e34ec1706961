/** The report's only script: filters, sorts and opens findings, and switches the theme. Text goes in by textContent only. */
import type { Row } from '../rows.ts';

const PAGE = 60;
const PRINTED = 3000;
const ORDER = ['critical', 'high', 'medium', 'low', 'info'];

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

function element(tag: string, className: string, text?: string): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const rows = JSON.parse(byId('findings-data').textContent ?? '[]') as Row[];
const haystack = rows.map((row) =>
  [row.id, row.kind, row.severity, row.subject, row.reason, ...row.more.flatMap(([, values]) => values)]
    .join('\n')
    .toLowerCase(),
);
const severity = rows.map((row) => ORDER.indexOf(row.severity));

const list = byId<HTMLOListElement>('findings-list');
const status = byId('findings-status');
const search = byId<HTMLInputElement>('findings-search');
const level = byId<HTMLSelectElement>('findings-severity');
const sort = byId<HTMLSelectElement>('findings-sort');
const more = byId<HTMLButtonElement>('findings-more');
const groups = [...document.querySelectorAll<HTMLButtonElement>('[data-group]')];

let group = 'all';
let shown: number[] = [];
let drawn = 0;

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const COMPARE: Record<string, (a: number, b: number) => number> = {
  severity: (a, b) => severity[a]! - severity[b]!,
  subject: (a, b) => text(rows[a]!.subject, rows[b]!.subject),
  calls: (a, b) => rows[b]!.calls - rows[a]!.calls,
  last: (a, b) => text(rows[b]!.last, rows[a]!.last),
  oldest: (a, b) => text(rows[a]!.last, rows[b]!.last),
};

function rowElement(row: Row): HTMLElement {
  const item = element('li', 'finding');
  const details = element('details', '') as HTMLDetailsElement;
  const head = element('summary', '');
  const what = element('span', 'what');
  what.append(element('code', 'subject', row.subject), element('span', 'why', row.reason));
  head.append(
    element('span', `chip ${row.severity}`, row.severity),
    element('span', `kind ${row.group}`, row.kind),
    what,
    element('span', 'used', row.used),
  );
  details.append(head);
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(body(row));
  });
  item.append(details);
  return item;
}

function body(row: Row): HTMLElement {
  const box = element('div', 'detail');
  box.append(element('p', '', row.reason));
  const facts = element('dl', '');
  for (const [label, values] of [['confidence', [row.confidence]] as const, ...row.more]) {
    facts.append(element('dt', '', label));
    const cell = element('dd', '');
    for (const value of values) cell.append(element('span', 'value', value));
    facts.append(cell);
  }
  box.append(facts);
  return box;
}

function draw(count: number): void {
  const part = document.createDocumentFragment();
  for (const index of shown.slice(drawn, drawn + count)) part.append(rowElement(rows[index]!));
  drawn = Math.min(shown.length, drawn + count);
  list.append(part);
  more.hidden = drawn >= shown.length;
}

function apply(): void {
  const words = search.value
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const worst = level.value === '' ? ORDER.length : ORDER.indexOf(level.value);
  shown = [];
  for (let index = 0; index < rows.length; index++)
    if (
      (group === 'all' || rows[index]!.group === group) &&
      severity[index]! <= worst &&
      words.every((word) => haystack[index]!.includes(word))
    )
      shown.push(index);
  const compare = COMPARE[sort.value] ?? COMPARE.severity!;
  shown.sort((a, b) => compare(a, b) || a - b);
  drawn = 0;
  list.replaceChildren();
  draw(PAGE);
  status.textContent = `${shown.length.toLocaleString('en')} of ${rows.length.toLocaleString('en')} findings`;
}

search.addEventListener('input', apply);
level.addEventListener('change', apply);
sort.addEventListener('change', apply);
more.addEventListener('click', () => draw(PAGE));
for (const button of groups)
  button.addEventListener('click', () => {
    group = button.dataset.group ?? 'all';
    for (const one of groups) one.setAttribute('aria-pressed', String(one === button));
    apply();
  });
document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape' && event.target === search) {
    search.value = '';
    apply();
  }
});
new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting) && drawn < shown.length) draw(PAGE);
}).observe(more);
// Paper has no scrolling and no clicking: draw what is filtered, open, before printing.
window.addEventListener('beforeprint', () => {
  draw(PRINTED - drawn);
  for (const details of list.querySelectorAll('details')) details.open = true;
  for (const details of list.querySelectorAll('details'))
    if (details.childElementCount === 1) details.dispatchEvent(new Event('toggle'));
});

const THEMES = ['auto', 'light', 'dark'];
const theme = byId<HTMLButtonElement>('theme');
theme.hidden = false;
theme.addEventListener('click', () => {
  const root = document.documentElement;
  const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? 'auto') + 1) % THEMES.length]!;
  root.dataset.theme = next;
  theme.textContent = `Theme: ${next}`;
});

byId('findings-tools').hidden = false;
apply();
