/** The index of a review of 10,000 principals in a real Chromium: it opens, filters and sorts without a pause. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Review, ReviewRow } from '../../src/plan/review/review.ts';
import { renderIndexHtml } from '../../src/report/review/html.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
if (executablePath === undefined)
  console.error('SKIPPED: no Chromium on this machine (apt-get install chromium)');

const PRINCIPALS = 10_000;
/** A person takes an answer below this for immediate; the machine of CI may be busy. */
const FLUENT_MS = 300;

const row = (index: number): ReviewRow => ({
  arn: `arn:aws:iam::111122223333:role/service-${index}`,
  kind: index % 10 === 0 ? 'user' : 'role',
  accountId: '111122223333',
  name: index === 7 ? '<img src=x onerror=alert(1)>' : `service-${index}`,
  state: 'planned',
  folder: `111122223333/role-service-${index}`,
  score: Math.round(1000 - index / 10) / 10,
  actions: { before: 500, after: 100, used: index % 90 },
  levels: [],
  calls: index,
  lastSeen: '2026-03-01T00:00:00.000Z',
  risks: index % 3 === 0 ? ['privilege-escalation'] : [],
  removals: index % 40,
  notices: 0,
  complete: true,
});
const review: Review = {
  schemaVersion: '1.0',
  tool: { name: 'gen-policy', version: '0.0.0', catalogue: '1' },
  window: { from: '2026-01-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', days: 90 },
  source: { kind: 'dir', location: 'trail', records: 10 },
  accounts: [{ accountId: '111122223333', state: 'read' }],
  match: '*',
  history: [],
  principals: Array.from({ length: PRINCIPALS }, (_, index) => row(index)),
  checks: [],
  missing: [],
  foreign: [],
};

describe.skipIf(executablePath === undefined)('the index in Chromium', () => {
  it('opens, filters, sorts and pages 10,000 principals', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gen-policy-index-'));
    const path = join(folder, 'index.html');
    await writeFile(path, renderIndexHtml(review));
    const browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const noise: string[] = [];
      page.on('console', (message) => noise.push(message.text()));
      page.on('pageerror', (error) => noise.push(error.message));
      page.on('dialog', (dialog) => noise.push(dialog.message()));
      page.on('request', (request) => {
        if (request.url() !== pathToFileURL(path).href) noise.push(request.url());
      });
      await page.goto(pathToFileURL(path).href);
      expect(await page.textContent('#index-status')).toBe('10,000 of 10,000 principals');
      expect(await page.locator('#index-rows tr').count()).toBe(100);
      await page.click('#index-more');
      expect(await page.locator('#index-rows tr').count()).toBe(200);
      /** Time in the page from the event to the rows drawn and laid out. */
      const took = (id: string, value: string, event: string): Promise<number> =>
        page.evaluate(
          `(() => { const field = document.getElementById('${id}'); field.value = '${value}'; const from = performance.now(); field.dispatchEvent(new Event('${event}')); document.body.getBoundingClientRect(); return performance.now() - from; })()`,
        );
      expect(await took('index-search', 'service-99 escalation', 'input')).toBeLessThan(FLUENT_MS);
      expect(await page.textContent('#index-rows tr:first-child th')).toContain('service-99');
      expect(await took('index-search', '', 'input')).toBeLessThan(FLUENT_MS);
      expect(await took('index-sort', 'findings', 'change')).toBeLessThan(FLUENT_MS);
      expect(await page.textContent('#index-rows tr:first-child td:nth-child(7)')).toBe('39');
      expect(await took('index-kind', 'user', 'change')).toBeLessThan(FLUENT_MS);
      expect(await page.textContent('#index-status')).toBe('1,000 of 10,000 principals');
      expect(noise).toEqual([]);
    } finally {
      await browser.close();
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});
