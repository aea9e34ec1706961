/** Words in ARNs that tell what kind of thing is named, not which; all else in a resource is taken for a name. */
export const TYPE_WORDS: ReadonlySet<string> = new Set(
  (
    'access-point accesspoint alarm alias api apis app application assumed-role autoScalingGroup aws-service-role ' +
    'backup-vault build bucket catalog certificate cluster connection container-instance crawler dashboard database ' +
    'db deliverystream deployment distribution domain endpoint environment event-bus event-source-mapping execution ' +
    'federated-user file-system fleet function group hostedzone image instance instance-profile internet-gateway job ' +
    'key key-pair launch-template layer listener loadbalancer log-group log-stream mfa natgateway network-interface ' +
    'object oidc-provider parameter pipeline policy project queue recovery-point replicationgroup repository restapis ' +
    'role root route-table rule saml-provider secret security-group server-certificate service service-role session ' +
    'snapshot stack stage stages stateMachine stream subnet table targetgroup task task-definition topic trail user ' +
    'userpool volume vpc vpc-endpoint workgroup'
  ).split(' '),
);

/** Members whose values are words of AWS or of ours, in which nothing is a name. */
export const VOCABULARY: ReadonlySet<string> = new Set([
  'Action',
  'Effect',
  'NotAction',
  'Version',
  'accessLevel',
  'action',
  'actions',
  'basis',
  'bucket',
  'buckets',
  'catalogue',
  'change',
  'check',
  'confidence',
  'eventNames',
  'firstSeen',
  'from',
  'generatedAt',
  'id',
  'impact',
  'kind',
  'lastAccessed',
  'lastSeen',
  'level',
  'levels',
  'management',
  'region',
  'resourceFound',
  'resourceKind',
  'resourceType',
  'risk',
  'risks',
  'sampleEventIds',
  'schemaVersion',
  'seen',
  'service',
  'severity',
  'state',
  'to',
  'tool',
  'verdict',
  'window',
  'worst',
]);
