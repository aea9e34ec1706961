// Draws samples/pictures for the README from test/golden/order-service/result.json: the terminal as SVG, the HTML report
// and the pull-request comment as PNG in a headless Chromium; and a review of samples/estate with dist/, so build first. Run after a change of what they show: node scripts/update-pictures.mjs
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const pictures = `${root}samples/pictures/`;
const folder = await mkdtemp(join(tmpdir(), 'gen-policy-pictures-'));
await build({
  entryPoints: [`${root}src/report/formats.ts`],
  bundle: true,
  format: 'esm',
  platform: 'node',
  outfile: join(folder, 'formats.mjs'),
});
const { FORMATS } = await import(pathToFileURL(join(folder, 'formats.mjs')).href);
const plan = JSON.parse(await readFile(`${root}test/golden/order-service/result.json`, 'utf8'));
const text = (format) => FORMATS[format].files(plan, { colour: true, width: 98 })[0].text;

const COLOURS = new Map([
  ['1', 'b'],
  ['2', 'd'],
  ['31', 'r'],
  ['32', 'g'],
  ['33', 'y'],
  ['36', 'c'],
]);
const CLOSES = new Map([
  ['22', /[bd]/g],
  ['39', /[rgyc]/g],
]);
const escaped = (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The lines of a terminal with our own colour sequences, as an SVG that needs no font but a monospaced one. */
function terminalSvg(output) {
  const all = output.trimEnd().split('\n');
  const proof = all.findIndex((line) => line.includes('Proof'));
  const cut = '\u001b[2m  ...\u001b[22m';
  const lines = [
    '\u001b[2m$\u001b[22m gen-policy demo',
    '',
    ...all.slice(0, 22),
    cut,
    '',
    ...all.slice(proof),
  ];
  const rows = lines.map((line, index) => {
    let open = '';
    const spans = line.split(/\u001b\[(\d+)m/).map((part, at) => {
      if (at % 2 === 1) {
        open = COLOURS.has(part) ? open + COLOURS.get(part) : open.replace(CLOSES.get(part) ?? /$^/, '');
        return '';
      }
      return part === ''
        ? ''
        : `<tspan${open === '' ? '' : ` class="${[...open].join(' ')}"`}>${escaped(part)}</tspan>`;
    });
    return `<text x="20" y="${58 + index * 19}" xml:space="preserve">${spans.join('')}</text>`;
  });
  const height = 58 + lines.length * 19;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 ${height}" width="860" height="${height}" role="img" aria-label="gen-policy's summary at a terminal">
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#dfe5ea}.b{font-weight:700}.d{fill:#8b98a5}.r{fill:#ff8d72}.g{fill:#4cc5b3}.y{fill:#e5b75b}.c{fill:#7fbbe6}</style>
<rect width="860" height="${height}" rx="10" fill="#14181c"/>
<circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>
${rows.join('\n')}
</svg>
`;
}
await writeFile(`${pictures}terminal.svg`, terminalSvg(text('summary')));

const comment = micromark(text('comment'), {
  extensions: [gfm()],
  htmlExtensions: [gfmHtml()],
  allowDangerousHtml: true,
});
const shown = comment.replaceAll('✅', '<b class="ok">✓</b>');
const commentPage = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;padding:24px;background:#fff;color:#1f2328;font:14px/1.5 system-ui,"DejaVu Sans",sans-serif;width:852px}
.box{border:1px solid #d1d9e0;border-radius:6px}.head{background:#f6f8fa;border-bottom:1px solid #d1d9e0;padding:8px 16px;color:#59636e}
.body{padding:8px 16px 12px}table{border-collapse:collapse;margin:8px 0}td,th{border:1px solid #d1d9e0;padding:5px 12px;text-align:left;vertical-align:top}
code{background:#eff1f3;border-radius:5px;padding:2px 5px;font:12px "DejaVu Sans Mono",monospace}h3{margin:8px 0}details{margin:6px 0}summary{cursor:pointer}.ok{color:#1a7f37}</style>
<div class="box"><div class="head"><b>github-actions</b> commented</div><div class="body">${shown}</div></div>`;

const candidates = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
let browser;
for (const executablePath of candidates)
  browser ??= await chromium.launch({ executablePath, args: ['--no-sandbox'] }).catch(() => undefined);
if (browser === undefined) throw new Error(`no Chromium at ${candidates.join(' or ')}: install it first`);

const open = async (html, options) => {
  const path = join(folder, 'page.html');
  await writeFile(path, html);
  const page = await browser.newPage(options);
  await page.goto(pathToFileURL(path).href);
  return page;
};
const report = text('html');
for (const colorScheme of ['light', 'dark']) {
  const page = await open(report, { viewport: { width: 1180, height: 1000 }, colorScheme });
  await page.screenshot({ path: `${pictures}report-${colorScheme}.png` });
  await page.close();
}
const findings = await open(report, { viewport: { width: 1180, height: 860 }, colorScheme: 'light' });
await findings.locator('#findings-list summary').nth(1).click();
await findings.evaluate(() => document.getElementById('activity').scrollIntoView({ behavior: 'instant' }));
await findings.screenshot({ path: `${pictures}findings.png` });
const posted = await open(commentPage, { viewport: { width: 900, height: 720 } });
await posted.evaluate(() => {
  document.querySelectorAll('details')[1].open = true;
});
await posted.screenshot({ path: `${pictures}comment.png` });

// Three reviews, for the trend: before the first two, some roles still had all there is.
const review = async (end, days, admins, ...more) => {
  const place = join(folder, `review-${end}`);
  const snapshot = join(folder, `snapshot-${end}`);
  await cp(`${root}samples/estate/snapshot`, snapshot, { recursive: true });
  const account = JSON.parse(await readFile(join(snapshot, 'account.json'), 'utf8'));
  for (const role of account.RoleDetailList)
    if (admins.includes(role.RoleName))
      role.AttachedManagedPolicies.push({
        PolicyName: 'AdministratorAccess',
        PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      });
  await writeFile(join(snapshot, 'account.json'), JSON.stringify(account));
  execFileSync(
    process.execPath,
    [
      ...[`${root}dist/cli.js`, 'review', '--quiet', '--logs', 'samples/estate/trail', '--account', snapshot],
      ...['--end', end, '--days', days, '--out', place, ...more],
    ],
    { cwd: root },
  );
  return place;
};
const first = await review('2026-08-09', '10', ['search-indexer', 'data-science', 'storefront-api']);
const second = await review('2026-08-19', '10', ['data-science'], '--previous', first);
const third = await review('2026-08-29', '30', [], '--previous', second);
const index = await open(await readFile(join(third, 'index.html'), 'utf8'), {
  viewport: { width: 1180, height: 1780 },
  colorScheme: 'light',
});
await index.screenshot({ path: `${pictures}review.png` });
await browser.close();
await rm(folder, { recursive: true });
