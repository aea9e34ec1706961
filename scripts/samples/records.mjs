// Building blocks of records, in the field order and with the fields that CloudTrail 1.08 to 1.11 writes.
import { ACCOUNT, REGION, roleArn } from './account.mjs';

const iso = (time) => new Date(time).toISOString().replace('.000Z', 'Z');
const tls = (host) => ({
  tlsVersion: 'TLSv1.3',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  clientProvidedHostHeader: host,
});

/** Identity of an assumed-role session. */
export function session(role, name, created, { invokedBy, mfa = false, federation } = {}) {
  return {
    type: 'AssumedRole',
    principalId: `${role.id}:${name}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/${name}`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAQX4EXAMPLE00SAMPLE',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: role.id,
        arn: roleArn(role),
        accountId: ACCOUNT,
        userName: role.name,
      },
      ...(federation ? { webIdFederationData: federation } : {}),
      attributes: { creationDate: iso(created), mfaAuthenticated: String(mfa) },
    },
    ...(invokedBy ? { invokedBy } : {}),
  };
}

/** One management or data event. `call` holds what differs; the rest is what every record has. */
export function record(random, time, identity, call) {
  const {
    source,
    name,
    region = REGION,
    request = null,
    response = null,
    readOnly = true,
    data = false,
  } = call;
  const service = source.split('.')[0];
  const byService = identity.invokedBy;
  return {
    eventVersion: call.version ?? '1.11',
    userIdentity: identity,
    eventTime: iso(time),
    eventSource: source,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: byService ?? call.ip ?? '10.40.12.18',
    userAgent:
      byService ??
      call.agent ??
      'aws-sdk-js/3.654.0 ua/2.0 os/linux#6.1.94 lang/js md/nodejs#20.17.0 exec-env/AWS_ECS_FARGATE',
    ...(call.errorCode ? { errorCode: call.errorCode, errorMessage: call.errorMessage } : {}),
    requestParameters: request,
    responseElements: response,
    ...(call.additional ? { additionalEventData: call.additional } : {}),
    requestID: random.uuid(),
    eventID: random.uuid(),
    readOnly,
    ...(call.resources ? { resources: call.resources } : {}),
    eventType: 'AwsApiCall',
    ...(call.apiVersion ? { apiVersion: call.apiVersion } : {}),
    managementEvent: !data,
    recipientAccountId: ACCOUNT,
    ...(call.vpce ? { vpcEndpointId: call.vpce, vpcEndpointAccountId: ACCOUNT } : {}),
    eventCategory: data ? 'Data' : 'Management',
    ...(byService ? {} : { tlsDetails: tls(call.host ?? `${service}.${region}.amazonaws.com`) }),
  };
}

const own = (type, ARN) => ({ accountId: ACCOUNT, type, ARN });

/** An S3 object-level data event. */
export function s3Object(random, time, identity, name, bucket, key, extra = {}) {
  return record(random, time, identity, {
    source: 's3.amazonaws.com',
    name,
    data: true,
    readOnly: name === 'GetObject' || name === 'HeadObject',
    request: {
      bucketName: bucket,
      Host: `${bucket}.s3.${REGION}.amazonaws.com`,
      key,
      ...(extra.request ?? {}),
    },
    additional: {
      SignatureVersion: 'SigV4',
      CipherSuite: 'TLS_AES_128_GCM_SHA256',
      bytesTransferredIn: name === 'PutObject' ? 18_204 : 0,
      AuthenticationMethod: 'AuthHeader',
      'x-amz-id-2': random.mixed(48),
      bytesTransferredOut: name === 'GetObject' ? 18_204 : 0,
    },
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${key}` },
      own('AWS::S3::Bucket', `arn:aws:s3:::${bucket}`),
    ],
    vpce: 'vpce-0b1f6e4c9d2a7f530',
    host: `${bucket}.s3.${REGION}.amazonaws.com`,
    ...extra.call,
  });
}

export const resource = own;
