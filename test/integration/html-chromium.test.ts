/** The HTML report in a real Chromium: nothing leaves the page, nothing runs but our script, and it stays quick. */
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html/page.ts';
import payloads from '../cases/report/payloads.json' with { type: 'json' };
import { hostilePlan, largePlan, samplePlan } from '../support/plan-fixture.ts';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

let executablePath: string | undefined;
for (const path of CANDIDATES)
  if (
    executablePath === undefined &&
    (await access(path).then(
      () => true,
      () => false,
    ))
  )
    executablePath = path;
if (executablePath === undefined)
  console.error('SKIPPED: no Chromium on this machine (apt-get install chromium)');

describe.skipIf(executablePath === undefined)('the HTML report in Chromium', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    folder = await mkdtemp(join(tmpdir(), 'gen-policy-html-'));
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  interface Opened {
    readonly page: Page;
    /** Console messages, page errors and requests other than for the page itself. */
    readonly noise: string[];
  }

  async function open(text: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Opened> {
    const path = join(folder, 'report.html');
    await writeFile(path, text);
    const url = pathToFileURL(path).href;
    const page = await browser.newPage(options);
    const noise: string[] = [];
    page.on('console', (message) => noise.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => noise.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      noise.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== url) noise.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    return { page, noise };
  }

  const shown = (page: Page): Promise<number> => page.locator('#findings-list > li').count();
  const status = (page: Page): Promise<string | null> => page.locator('#findings-status').textContent();

  it.each([
    ['desktop', 1280, 900],
    ['phone', 390, 844],
  ] as const)('%s: quiet, no sideways scrolling, one main, named sections', async (_name, width, height) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, noise } = await open(renderHtml(samplePlan()), {
        viewport: { width, height },
        colorScheme,
      });
      expect(noise).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await page.locator('main').count()).toBe(1);
      for (const id of ['proof', 'services', 'levels', 'activity', 'findings', 'diff', 'coverage', 'next'])
        expect(await page.locator(`section#${id} h2`).count()).toBe(1);
      expect(await page.locator('.banner').textContent()).toContain('Evidence is incomplete');
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(background).toBe(colorScheme === 'dark' ? 'rgb(17, 20, 23)' : 'rgb(247, 246, 243)');
      await page.close();
    }
  });

  it('filters, sorts and opens findings by keyboard alone', async () => {
    const { page, noise } = await open(renderHtml(samplePlan()));
    expect(await shown(page)).toBe(7);
    await page.keyboard.press('/');
    await page.keyboard.type('secretsmanager');
    expect(await shown(page)).toBe(1);
    expect(await status(page)).toBe('1 of 7 findings');
    await page.keyboard.press('Escape');
    expect(await shown(page)).toBe(7);
    await page.locator('[data-group=removal]').focus();
    await page.keyboard.press('Enter');
    expect(await status(page)).toBe('4 of 7 findings');
    expect(await page.locator('[data-group=removal]').getAttribute('aria-pressed')).toBe('true');
    await page.locator('#findings-severity').selectOption('high');
    expect(await status(page)).toBe('3 of 7 findings');
    await page.locator('#findings-sort').selectOption('subject');
    expect(await page.locator('#findings-list .subject').allTextContents()).toEqual([
      'AmazonSQSFullAccess',
      'iam:*',
      's3:PutBucketPolicy',
    ]);
    await page.locator('#findings-list summary').nth(1).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#findings-list details[open] .detail');
    expect(await page.locator('details[open] .detail').first().textContent()).toContain(
      'every 90 days would be denied',
    );
    await page.locator('#theme').click();
    await page.locator('#theme').click();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    expect(noise).toEqual([]);
    await page.close();
  });

  it('can be read without a script, and prints every finding', async () => {
    const plain = await open(renderHtml(samplePlan()), { javaScriptEnabled: false });
    expect(await plain.page.locator('#findings-list > li').count()).toBe(7);
    expect(await plain.page.locator('#findings-tools').isVisible()).toBe(false);
    await plain.page.close();
    const { page } = await open(renderHtml(largePlan(400)));
    expect((await page.pdf()).length).toBeGreaterThan(50_000);
    expect(await shown(page)).toBe(400);
    await page.close();
  });

  it('has enough contrast for its text in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(renderHtml(samplePlan()), { colorScheme });
      expect(await page.evaluate(lowContrast)).toEqual([]);
      await page.close();
    }
  });

  it('10,000 findings: painted within 2 s, filtered within 200 ms', async () => {
    const { page, noise } = await open(renderHtml(largePlan(10_000)));
    const paint = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY,
    );
    const filters = await page.evaluate(() => {
      const search = document.getElementById('findings-search') as HTMLInputElement;
      return ['s3', 's3:getobject', 'iam #7', 'nothing at all', ''].map((text) => {
        const start = performance.now();
        search.value = text;
        search.dispatchEvent(new Event('input'));
        document.body.getBoundingClientRect();
        return performance.now() - start;
      });
    });
    console.log(
      `first paint ${paint.toFixed(0)} ms, filters ${filters.map((ms) => ms.toFixed(0)).join(', ')} ms`,
    );
    expect(await status(page)).toBe('10,000 of 10,000 findings');
    expect(paint).toBeLessThan(2_000);
    expect(Math.max(...filters)).toBeLessThan(200);
    expect(await shown(page)).toBeLessThan(500);
    expect(noise).toEqual([]);
    await page.close();
  });

  it('runs nothing of any payload', async () => {
    const page = await browser.newPage();
    const noise: string[] = [];
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(error.message));
    page.on('dialog', (dialog) => {
      noise.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    let requests = 0;
    page.on('request', () => {
      requests += 1;
    });
    const path = join(folder, 'payload.html');
    for (const [index, { text }] of payloads.entries()) {
      await writeFile(
        path,
        renderHtml(hostilePlan((value) => (index % 2 === 0 ? text + value : value + text))),
      );
      await page.goto(pathToFileURL(path).href);
      await page.evaluate(() => {
        for (const one of document.querySelectorAll('details')) one.open = true;
      });
      const strange = await page.evaluate(
        () =>
          document.querySelectorAll(
            'img,iframe,object,embed,form,base,link,video,audio,math,a[href]:not([href^="#"])',
          ).length,
      );
      expect(strange, text.slice(0, 60)).toBe(0);
    }
    expect(noise).toEqual([]);
    expect(requests).toBe(payloads.length);
    await page.close();
  });
});

/** In the page: visible texts whose contrast with what is behind them is below 4.5 (WCAG AA). */
function lowContrast(): string[] {
  const parse = (value: string): number[] => (value.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r = 0, g = 0, b = 0]: number[]): number => {
    const [x, y, z] = [r, g, b].map((one) => {
      const share = one / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x! + 0.7152 * y! + 0.0722 * z!;
  };
  const behind = (element: Element): number[] => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || (color[3] ?? 0) > 0.5) return color;
    }
    return [255, 255, 255];
  };
  const low: string[] = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((one) => one.nodeType === 3 && one.textContent?.trim());
    if (!own || element.closest('svg,script,style,.skip') !== null || element.getClientRects().length === 0)
      continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5)
      low.push(
        `${element.tagName}.${element.className} ${ratio.toFixed(2)} ${element.textContent?.slice(0, 20)}`,
      );
  }
  return low.slice(0, 10);
}
