/**
 * `aws iam get-service-last-accessed-details` (Access Advisor) -> LastAccessed. A time tells of an attempt, allowed or
 * not; a missing time says nothing of actions AWS does not track.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
 */
import { UsageError } from '../errors.ts';
import type { AccountPrincipal, LastAccessed, LastAccessedService } from './account.ts';
import {
  byCodeUnit,
  defined,
  field,
  isJson,
  type Json,
  objects,
  optionalText,
  shown,
  text,
  time,
} from './fields.ts';
import { recognise } from './recognise.ts';

const COMMAND = '`aws iam get-service-last-accessed-details`';

function pagesOf(value: unknown, origin: string): readonly Json[] {
  const pages: readonly unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
  pages.forEach((page, index) => {
    if (!isJson(page) || !(Array.isArray(page.ServicesLastAccessed) || typeof page.JobStatus === 'string'))
      throw new UsageError(`\`${origin}\` is not the output of ${COMMAND}: ${recognise(page)}`);
    if (page.JobStatus === 'FAILED') {
      const error = isJson(page.Error) ? page.Error : {};
      const why = [optionalText(error, 'Code'), optionalText(error, 'Message')].filter(Boolean).join(': ');
      throw new UsageError(
        `\`${origin}\` is of a job that failed${why ? ` (\`${shown(why)}\`)` : ''}: generate the report again`,
      );
    }
    if (page.JobStatus === 'IN_PROGRESS')
      throw new UsageError(`\`${origin}\` was saved before its job had finished: call ${COMMAND} again`);
    const more = page.IsTruncated === true;
    if (more && index === pages.length - 1)
      throw new UsageError(
        `\`${origin}\` is only a part of the report (\`IsTruncated\`): get the pages after \`Marker\` too, and give them as one JSON list`,
      );
  });
  return pages as readonly Json[];
}

/**
 * Reads the raw output at service or at action level (or a list of its pages). Throws a UsageError for other JSON, for
 * a failed or unfinished job and for a report that is not whole.
 */
export function parseLastAccessed(value: unknown, origin: string): LastAccessed {
  const pages = pagesOf(value, origin);
  const raws = pages.flatMap((page) => objects(page, 'ServicesLastAccessed', '', origin));
  const services = new Map<string, LastAccessedService>();
  const entities = new Set<string>();
  let actionLevel = pages.some((page) => page.JobType === 'ACTION_LEVEL');
  raws.forEach((raw, index) => {
    const at = `ServicesLastAccessed[${index}]`;
    const service = text(raw, 'ServiceNamespace', at, origin);
    const entity = optionalText(raw, 'LastAuthenticatedEntity');
    if (entity) entities.add(entity);
    if (Array.isArray(field(raw, 'TrackedActionsLastAccessed'))) actionLevel = true;
    const actions = objects(raw, 'TrackedActionsLastAccessed', at, origin).map((one, place) => {
      const user = optionalText(one, 'LastAccessedEntity');
      if (user) entities.add(user);
      return {
        action: `${service}:${text(one, 'ActionName', `${at}.TrackedActionsLastAccessed[${place}]`, origin)}`,
        ...defined('lastAccessed', time(one, 'LastAccessedTime')),
        ...defined('region', optionalText(one, 'LastAccessedRegion')),
      };
    });
    services.set(service, {
      service,
      serviceName: optionalText(raw, 'ServiceName') ?? service,
      ...defined('lastAuthenticated', time(raw, 'LastAuthenticated')),
      ...defined('region', optionalText(raw, 'LastAuthenticatedRegion')),
      actions: actions.sort((a, b) => byCodeUnit(a.action, b.action)),
    });
  });
  const created = pages.map((page) => time(page, 'JobCreationDate')).filter((one) => one !== undefined);
  if (created.length === 0)
    throw new UsageError(
      `\`${origin}\` has no \`JobCreationDate\`, so nobody can tell how far it reaches: give the unchanged output of ${COMMAND}`,
    );
  return {
    level: actionLevel ? 'action' : 'service',
    generatedAt: Math.min(...created),
    services: [...services.values()].sort((a, b) => byCodeUnit(a.service, b.service)),
    ...(entities.size === 0 ? {} : { entities: [...entities].sort(byCodeUnit) }),
    origin,
  };
}

/** `role/path/name`, `user/name` or `assumed-role/name/session` -> account and name, as the path may be left out. */
function whose(arn: string): string {
  const [, , , , accountId, ...rest] = arn.split(':');
  const parts = rest.join(':').split('/');
  return `${accountId} ${parts[0] === 'assumed-role' ? parts[1] : parts.at(-1)}`.toLowerCase();
}

/** Refuses a report about somebody else: its times would be evidence for the wrong principal. */
export function requireReportOn(report: LastAccessed, principal: AccountPrincipal): void {
  const other = report.entities?.find((arn) => whose(arn) !== whose(principal.arn));
  if (other === undefined) return;
  throw new UsageError(
    `\`${report.origin}\` tells of \`${shown(other)}\`, not of \`${principal.arn}\`: give the last-accessed report of this ${principal.kind}`,
  );
}
