/** What `explain` prints of one record: one JSON object for programs, a few lines for people. */
import type { TrailEvent } from '../events/event.ts';
import { citationsOf, sourceOfBasis } from '../permissions/citations.ts';
import type { RequiredPermission, Resolution, ResourceRef } from '../permissions/permission.ts';
import { terminalText } from '../report/escape/terminal.ts';
import type { Style } from '../report/style.ts';

/** One line of `--format ndjson`. `resource` is null where the record does not show which; `unresolved` says why. */
export function toJson(event: TrailEvent, resolution: Resolution): Record<string, unknown> {
  const denied = resolution.status === 'no-permission' ? undefined : resolution.denied;
  return {
    eventID: event.sampleIds[0] ?? null,
    eventSource: event.eventSource,
    eventName: event.eventName,
    principal: 'arn' in event.principal ? event.principal.arn : null,
    outcome: event.outcome.kind,
    status: resolution.status,
    permissions: resolution.status === 'mapped' ? resolution.permissions.map(permissionJson) : [],
    ...(resolution.status === 'mapped' && resolution.hidden.length > 0 && { hidden: resolution.hidden }),
    ...(resolution.status !== 'mapped' && { reason: resolution.reason }),
    ...(denied && {
      denied: {
        ...(denied.action !== undefined && { action: denied.action }),
        ...(denied.resource !== undefined && { resource: denied.resource }),
        ...(denied.policyType !== undefined && { policyType: denied.policyType }),
        ...(denied.encoded && { encoded: true }),
      },
    }),
  };
}

function permissionJson({ action, resource, basis, level, context }: RequiredPermission) {
  return {
    action,
    resource: resource.kind === 'arn' ? resource.arn : resource.kind === 'any' ? '*' : null,
    basis,
    level,
    ...(context.length > 0 && { condition: Object.fromEntries(context) }),
    ...(resource.kind === 'unresolved' && {
      unresolved: resource.reason,
      ...(resource.patterns && { patterns: resource.patterns }),
    }),
    ...(resource.kind === 'arn' && {
      found: resource.found,
      ...(resource.inexact && { inexact: resource.inexact.why, patterns: resource.inexact.patterns }),
    }),
  };
}

/** The human view of one record. */
export function toText(event: TrailEvent, resolution: Resolution, style: Style): string {
  const who = 'arn' in event.principal ? event.principal.arn : `no principal (${event.principal.reason})`;
  const error = event.outcome.errorCode === undefined ? '' : ` (${terminalText(event.outcome.errorCode)})`;
  const lines = [
    `${style.bold(terminalText(`${event.eventSource} ${event.eventName}`))}  ${event.outcome.kind}${error}`,
    style.dim(
      terminalText(
        `  ${new Date(event.firstSeen).toISOString()}  ${event.sampleIds[0] ?? 'no eventID'}  ${who}`,
      ),
    ),
  ];
  if (resolution.status === 'no-permission')
    lines.push(`  needs no permission: ${resolution.reason} (${documents(resolution.source)})`);
  else if (resolution.status === 'unmapped')
    lines.push(style.yellow(`  unmapped: ${terminalText(resolution.reason)}`));
  else {
    for (const permission of resolution.permissions) lines.push(...permissionText(permission, style));
    for (const need of resolution.hidden)
      lines.push(
        `  ${style.yellow('not seen')}     ${need.action} on a role behind ${terminalText(need.through)}`,
        `               why: ${need.reason}`,
      );
  }
  const denied = resolution.status === 'no-permission' ? undefined : resolution.denied;
  if (denied)
    lines.push(
      style.red(
        `  AWS said: ${terminalText(
          [
            denied.action ?? 'no action named',
            denied.resource === undefined ? '' : `on ${denied.resource}`,
            denied.policyType === undefined
              ? ''
              : `refused by ${denied.explicit ? 'an explicit deny in' : 'the lack of an allow in'} ${denied.policyType}`,
            denied.encoded ? 'encoded: sts:DecodeAuthorizationMessage tells the rest' : '',
          ]
            .filter((part) => part !== '')
            .join(' '),
        )}`,
      ),
    );
  return `${lines.join('\n')}\n`;
}

function permissionText({ action, resource, basis, level, context }: RequiredPermission, style: Style) {
  const lines = [
    `  ${level.padEnd(12)} ${style.cyan(action)}  ${terminalText(resourceText(resource))}`,
    style.dim(`               why: ${terminalText(basis)}: ${documents(sourceOfBasis(basis))}`),
  ];
  if (context.length > 0)
    lines.push(
      style.dim(
        `               with ${context.map(([key, value]) => `${key} = ${terminalText(value)}`).join(', ')}`,
      ),
    );
  return lines;
}

function resourceText(resource: ResourceRef): string {
  if (resource.kind === 'any')
    return resource.found === 'no-resource-level'
      ? '* (no resource-level permission)'
      : '* (names no resource)';
  if (resource.kind === 'unresolved') {
    const within = resource.patterns?.length === 1 ? `, within ${resource.patterns[0]}` : '';
    return `unresolved: ${resource.reason}${within}`;
  }
  const where = resource.found === 'resources' ? 'resources[]' : resource.found;
  const inexact = resource.inexact
    ? `, ${resource.inexact.why}: grant ${resource.inexact.patterns.join(' or ')}`
    : '';
  return `${resource.arn} (from ${where}${inexact})`;
}

const documents = (source: string): string =>
  citationsOf(source)
    .map(({ title, url }) => (url === undefined ? title : `${title} <${url}>`))
    .join('; ');
