/** Plain SVG pieces. Lengths are computed here from numbers of the plan; text goes through `html`. */
import { html, htmlText, Markup, type Part } from '../escape/html.ts';
import { count, plural } from '../text.ts';

/** The pattern for what could not be observed; once a page. */
export const hatch = (): Markup =>
  html`<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="hatch-back"/><line x1="1" y1="0" x2="1" y2="6" class="hatch-line"/></pattern></defs></svg>`;

export interface Segment {
  readonly className: string;
  readonly value: number;
  readonly label: string;
}

/** Short, exact enough for pixels, and the same on every machine. */
const unit = (value: number): string => String(Math.round(value * 100) / 100);

/** A horizontal bar of segments on a scale of `scale`; what is not nothing is at least visible. */
export function bar(segments: readonly Segment[], scale: number): Markup {
  let x = 0;
  let rects = '';
  for (const { className, value, label } of segments) {
    if (value <= 0) continue;
    const width = scale <= 0 ? 0 : Math.max(0.6, (100 * value) / scale);
    rects += `<rect class="${htmlText(className)}" x="${unit(x)}" y="0" width="${unit(width)}" height="10"><title>${htmlText(label)}</title></rect>`;
    x += width;
  }
  return new Markup(`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>`);
}

export interface Legend {
  readonly className: string;
  readonly text: Part;
}

export const legend = (items: readonly Legend[]): Markup =>
  html`<ul class="legend">${items.map((one) => html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${one.className}" width="10" height="10"/></svg>${one.text}</li>`)}</ul>`;

export interface Grid {
  readonly label: string;
  /** What each row counts, by day. */
  readonly rows: readonly (readonly [name: string, days: ReadonlyMap<string, number>])[];
  /** First and last day, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  /** What is counted, in the singular. */
  readonly unit: string;
  readonly className: (value: number) => string;
}

const DAY = 86_400_000;
/** Widest column of row names, and the width of one of their characters. */
const LABELS = 190;
const LETTER = 7.3;
const ROW = 20;
/** Tooltips cost bytes; past this many cells the tables say it. */
const TITLED = 6_000;

/** The days from `from` to `to`, both included; at most 800. */
function daysBetween(from: string, to: string): readonly string[] {
  // All pages of a review are of one window.
  if (last.from !== from || last.to !== to) last = { from, to, days: countedDays(from, to) };
  return last.days;
}

let last: { readonly from: string; readonly to: string; readonly days: readonly string[] } = {
  ...{ from: '', to: '' },
  days: [],
};

function countedDays(from: string, to: string): readonly string[] {
  const start = Date.parse(`${from}T00:00:00Z`);
  const end = Date.parse(`${to}T00:00:00Z`);
  if (Number.isNaN(start) || Number.isNaN(end) || end < start) return [];
  const count = Math.min(800, Math.floor((end - start) / DAY) + 1);
  return Array.from({ length: count }, (_, at) => new Date(start + at * DAY).toISOString().slice(0, 10));
}

/** Rows x days as small squares with the months above; scrolls sideways where it is wide. */
export function dayGrid(grid: Grid): Markup {
  const days = daysBetween(grid.from, grid.to);
  if (days.length === 0 || grid.rows.length === 0) return html`<p>Nothing to show.</p>`;
  const longest = Math.max(...grid.rows.map(([name]) => name.length));
  const labels = Math.min(LABELS, Math.ceil(12 + LETTER * longest));
  const step = Math.max(3, Math.min(14, Math.floor((1060 - labels) / days.length)));
  const months = days.flatMap((day, at) =>
    at === 0 || day.endsWith('-01')
      ? [
          html`<text x="${labels + at * step}" y="11">${at > 0 || days.length < 40 || !days.slice(1, 12).some((one) => one.endsWith('-01')) ? day.slice(0, 7) : ''}</text>`,
        ]
      : [],
  );
  const rows = grid.rows.map(
    ([name], index) =>
      html`<text class="row" x="0" y="${32 + index * ROW}">${name.length > 25 ? html`${name.slice(0, 24)}&hellip;` : name}</text>${cellsOf(grid, index, days, { labels, step })}`,
  );
  const width = labels + days.length * step;
  const height = 20 + grid.rows.length * ROW;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${grid.label}"><svg class="chart" role="img" aria-label="${grid.label}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${months}${rows}</svg></div>`;
}

/**
 * The squares of one row, most of a page's elements: put together as text, with what repeats escaped once. The days of
 * which nothing is known to tell are one shape.
 */
function cellsOf(
  grid: Grid,
  index: number,
  days: readonly string[],
  { labels, step }: { readonly labels: number; readonly step: number },
): Markup {
  const [name, values] = grid.rows[index]!;
  const gap = step > 6 ? 2 : step > 4 ? 1 : 0;
  const titled = days.length * grid.rows.length <= TITLED;
  const top = 20 + index * ROW;
  const [width, height] = [step - gap, ROW - 4];
  const shape = `" y="${top}" width="${width}" height="${height}"`;
  const title = `${shape}><title>${htmlText(name)}, `;
  const square = `h${width}v${height}h-${width}z`;
  const next = `m${step} 0${square}`;
  const kinds = new Map<number, readonly [before: string, after: string]>();
  let text = '';
  let nothing = '';
  for (let at = 0; at < days.length; at++) {
    const from = at;
    while (at < days.length && (values.get(days[at]!) ?? 0) === 0) at++;
    if (at > from) nothing += `M${labels + from * step} ${top}${square}${next.repeat(at - from - 1)}`;
    if (at === days.length) break;
    const day = days[at]!;
    const value = values.get(day)!;
    let kind = kinds.get(value);
    if (!kind) {
      kind = [
        `<rect class="${htmlText(grid.className(value))}" x="`,
        `: ${htmlText(plural(value, grid.unit))}</title></rect>`,
      ];
      kinds.set(value, kind);
    }
    text += titled
      ? `${kind[0]}${labels + at * step}${title}${day}${kind[1]}`
      : `${kind[0]}${labels + at * step}${shape}/>`;
  }
  if (nothing === '') return new Markup(text);
  const none = titled
    ? `><title>${htmlText(name)}, other days: ${htmlText(plural(0, grid.unit))}</title></path>`
    : '/>';
  return new Markup(`<path class="${htmlText(grid.className(0))}" d="${nothing}"${none}${text}`);
}

export interface Lines {
  readonly label: string;
  /** What stands below each point. */
  readonly points: readonly string[];
  readonly lines: readonly {
    readonly className: string;
    readonly label: string;
    readonly values: readonly number[];
  }[];
}

const WIDE = 1000;
const HIGH = 220;
const EDGE = { left: 64, right: 24, top: 12, bottom: 28 };
/** More names below the points would run into each other. */
const NAMED_POINTS = 10;

/** Lines over a few points from zero up, with a dot and a tooltip each. */
export function lineChart({ label, points, lines }: Lines): Markup {
  const most = Math.max(1, ...lines.flatMap((one) => one.values));
  const x = (at: number): string =>
    unit(EDGE.left + ((WIDE - EDGE.left - EDGE.right) * at) / Math.max(1, points.length - 1));
  const y = (value: number): string =>
    unit(HIGH - EDGE.bottom - ((HIGH - EDGE.top - EDGE.bottom) * value) / most);
  const every = Math.ceil(points.length / NAMED_POINTS);
  const marks = [0, most / 2, most].map(
    (value) =>
      html`<line class="axis" x1="${EDGE.left}" x2="${WIDE - EDGE.right}" y1="${y(value)}" y2="${y(value)}"/><text x="${EDGE.left - 8}" y="${y(value)}" dy="4" text-anchor="end">${count(Math.round(value))}</text>`,
  );
  const names = points.map((name, at) =>
    at % every === 0
      ? html`<text x="${x(at)}" y="${HIGH - 8}" text-anchor="${at === 0 ? 'start' : at === points.length - 1 ? 'end' : 'middle'}">${name}</text>`
      : undefined,
  );
  const drawn = lines.map(
    ({ className, label: name, values }) =>
      html`<polyline class="${className}" points="${values.map((value, at) => `${x(at)},${y(value)}`).join(' ')}"/>${values.map((value, at) => html`<circle class="${className}" cx="${x(at)}" cy="${y(value)}" r="4"><title>${name}, ${points[at] ?? ''}: ${count(value)}</title></circle>`)}`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><svg class="chart" role="img" aria-label="${label}" width="${WIDE}" height="${HIGH}" viewBox="0 0 ${WIDE} ${HIGH}">${marks}${names}${drawn}</svg></div>`;
}
