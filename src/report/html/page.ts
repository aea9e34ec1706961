/** The HTML report: one file, no network, nothing runs but our own script (Content-Security-Policy by hash). */
import type { Plan } from '../../plan/plan.ts';
import { html, htmlText, Markup } from '../escape/html.ts';
import { count, day, plural } from '../text.ts';
import { principalText } from '../view.ts';
import { SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH } from './assets.generated.ts';
import { hatch } from './chart.ts';
import { activitySection, coverageSection, levelsSection, servicesSection } from './charts.ts';
import { findingsSection } from './findings.ts';
import { banner, hero, nextSection, proofSection } from './overview.ts';
import { diffSection } from './policy-diff.ts';
import { usersSection } from './users.ts';

const CSP = `default-src 'none'; style-src '${STYLE_HASH}'; script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`;

const SECTIONS = [
  ['proof', 'Proof'],
  ['services', 'Services'],
  ['levels', 'Levels'],
  ['activity', 'Activity'],
  ['findings', 'Findings'],
  ['diff', 'Policy'],
  ['coverage', 'Evidence'],
  ['next', 'What to change'],
] as const;

/** The whole page. */
export function renderHtml(plan: Plan): string {
  const title = `${principalText(plan)}: removal report`;
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(CSP)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${hatch()}
${banner(plan)}
<nav aria-label="Sections"><div class="wrap">${SECTIONS.map(([id, text]) => html`<a href="#${id}">${text}</a>`)}<button id="theme" type="button" hidden>Theme: auto</button></div></nav>
<main id="main" class="wrap">
${hero(plan)}
${proofSection(plan)}
${servicesSection(plan)}
${levelsSection(plan)}
${activitySection(plan)}
${findingsSection(plan)}
${diffSection(plan)}
${wildcards(plan)}
${usage(plan)}
${usersSection(plan)}
${coverageSection(plan)}
${nextSection(plan)}
</main>
<footer><div class="wrap"><p>${plan.tool.name} ${plan.tool.version}, action catalogue ${plan.tool.catalogue}. Source: ${plan.evidence.source.kind} <code>${plan.evidence.source.location}</code>.${plan.settings.length === 0 ? '' : html` Settings: <code>${plan.settings.map(([name, value]) => `${name}=${value}`).join(' ')}</code>.`}</p></div></footer>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text
  }`;
}

const wildcards = (plan: Plan): Markup | string =>
  plan.generalisations.length === 0
    ? ''
    : html`<section aria-labelledby="wildcards-title"><h2 id="wildcards-title">Wildcards written, and what led to them</h2><div class="card scroll"><table><thead><tr><th scope="col">Pattern</th><th scope="col">Why</th><th scope="col" class="num">Seen</th><th scope="col" class="optional">Examples</th></tr></thead><tbody>${plan.generalisations.map((one) => html`<tr><th scope="row"><code>${one.pattern}</code></th><td>${one.rule}</td><td class="num">${one.count === 0 ? '' : count(one.count)}</td><td class="optional">${one.examples.slice(0, 3).map((example) => html`<div><code>${example}</code></div>`)}</td></tr>`)}</tbody></table></div></section>`;

const USED = 200;
const usage = (plan: Plan): Markup | string =>
  plan.usage.length === 0
    ? ''
    : html`<section class="long" aria-labelledby="used-title"><h2 id="used-title">Permissions seen used</h2><details class="fold"><summary>${plural(plan.usage.length, 'permission')}</summary><div class="card scroll"><table><thead><tr><th scope="col">Action</th><th scope="col">Resource</th><th scope="col" class="num">Calls</th><th scope="col" class="optional">First</th><th scope="col" class="optional">Last</th></tr></thead><tbody>${used(plan)}</tbody></table>${plan.usage.length > USED ? html`<p>${count(plan.usage.length - USED)} more in result.json.</p>` : ''}</div></details></section>`;

/** Put together as text: most rows of a page. */
function used({ usage }: Plan): Markup {
  let text = '';
  for (const one of usage.slice(0, USED))
    text += `<tr><th scope="row"><code>${htmlText(one.action)}</code></th><td><code>${htmlText(one.resource)}</code></td><td class="num">${count(one.count)}</td><td class="optional">${htmlText(day(one.firstSeen))}</td><td class="optional">${htmlText(day(one.lastSeen))}</td></tr>`;
  return new Markup(text);
}
