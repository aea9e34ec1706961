/** Stands in until the permissions room's own table is there: any service with data events counts as not observable. */
import type { CatalogueAction } from '../catalogue/catalogue.ts';

export type Observability =
  | { readonly kind: 'management'; readonly access: 'read' | 'write' }
  | { readonly kind: 'data'; readonly resourceTypes: readonly string[] }
  | { readonly kind: 'never'; readonly reason: string; readonly source: string };

/** Services of which every call is a management event. */
const MANAGEMENT = new Set(
  'acm autoscaling cloudformation cloudtrail config ec2 ecr ecs eks elasticloadbalancing iam kms organizations rds route53 secretsmanager sts'.split(
    ' ',
  ),
);

export function observability(action: CatalogueAction): Observability {
  if (!MANAGEMENT.has(action.service))
    return {
      kind: 'never',
      reason: 'it is not known whether the trail records it',
      source:
        'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html',
    };
  return {
    kind: 'management',
    access: action.accessLevel === 'Read' || action.accessLevel === 'List' ? 'read' : 'write',
  };
}
