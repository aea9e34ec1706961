-- Purpose: the calls of every role and user in one pass, aggregated where the data are, for an access review; and what its
--   checks look at beside them: what root did, and who of other accounts took a role.
-- Parameters: {{table}}; {{request_keys}}, {{response_keys}} and
--   {{nested_keys}} maps from `source name` to the lower-case parameter names its permissions are resolved from; then, in
--   order, the first and last delivery day (yyyy/MM/dd), the first and the end moment of the window (ISO 8601, end exclusive).
-- Scans: every record delivered on these days, once. Cost: price of a terabyte times the size of those objects.
-- Returns: one row for each distinct call as permissions see it (the call itself only where it differs from the row
--   before), with counts for each day, the three earliest event ids and the
--   last time. No UNNEST of resources: events without resources count as well.
WITH delivered AS (
  SELECT *
  FROM {{table}}
  WHERE day BETWEEN ? AND ?
),
found AS (
  SELECT
    eventid,
    eventtime,
    eventsource,
    eventname,
    errorcode,
    useridentity.arn AS identity_arn,
    count(*) AS copies,
    arbitrary(useridentity) AS useridentity,
    arbitrary(eventversion) AS eventversion,
    arbitrary(eventtype) AS eventtype,
    arbitrary(eventcategory) AS eventcategory,
    arbitrary(managementevent) AS managementevent,
    arbitrary(awsregion) AS awsregion,
    arbitrary(apiversion) AS apiversion,
    arbitrary(recipientaccountid) AS recipientaccountid,
    arbitrary(readonly) AS readonly,
    arbitrary(errormessage) AS errormessage,
    arbitrary(sourceipaddress) AS sourceipaddress,
    arbitrary(vpcendpointid) AS vpcendpointid,
    arbitrary(sharedeventid) AS sharedeventid,
    arbitrary(resources) AS resources,
    arbitrary(requestparameters) AS requestparameters,
    arbitrary(responseelements) AS responseelements,
    arbitrary(IF(addendum.reason = 'UPDATED_DATA', addendum.originaleventid)) AS supersedes
  FROM delivered
  CROSS JOIN (VALUES (?, ?)) AS given (window_from, window_to)
  WHERE eventtime >= window_from
    AND eventtime < window_to
    -- What has no readable time, source or name is counted by coverage.sql.
    AND regexp_like(eventtime, '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$')
    AND eventsource IS NOT NULL
    AND eventname IS NOT NULL
    AND (useridentity.type IN ('AssumedRole', 'Role', 'IAMUser', 'FederatedUser', 'Root')
      OR useridentity.type = 'AWSAccount' AND eventsource = 'sts.amazonaws.com' AND eventname = 'AssumeRole')
  -- Without an id only what the request says tells two calls of one second apart.
  GROUP BY eventid, eventtime, eventsource, eventname, errorcode, useridentity.arn, IF(eventid IS NULL, requestparameters)
),
needed AS (
  SELECT
    {{request_keys}} AS request_keys,
    {{response_keys}} AS response_keys,
    {{nested_keys}} AS nested_keys
),
calls AS (
  SELECT
    found.*,
    regexp_replace(identity_arn, '^(arn:[^:]*:sts::[0-9]*:assumed-role/[^/]+)/.*$', '$1') AS caller,
    regexp_extract(identity_arn, ':assumed-role/[^/]+/(.*)$', 1) AS session,
    -- Every member that the knowledge names for this event; a request may be wrapped once more (`...Request`).
    map_filter(
      try_cast(json_parse(requestparameters) AS map(varchar, json)),
      (name, value) -> contains(element_at(request_keys, eventsource || ' ' || eventname), lower(name))
        OR name LIKE '%Request'
    ) AS request,
    map_filter(
      try_cast(json_parse(responseelements) AS map(varchar, json)),
      (name, value) -> contains(element_at(response_keys, eventsource || ' ' || eventname), lower(name))
    ) AS response,
    -- `any object of the response`: of each object only the members that are looked for.
    transform_values(
      map_filter(
        try_cast(json_parse(responseelements) AS map(varchar, json)),
        (name, value) -> element_at(nested_keys, eventsource || ' ' || eventname) IS NOT NULL
          AND json_format(value) LIKE '{%'
      ),
      (name, value) -> map_filter(
        try_cast(value AS map(varchar, json)),
        (inner_name, inner_value) -> contains(
          element_at(nested_keys, eventsource || ' ' || eventname), lower(inner_name))
      )
    ) AS nested
  FROM found
  CROSS JOIN needed
),
distinct_calls AS (
  SELECT
    json_format(CAST(map_filter(MAP_FROM_ENTRIES(ARRAY[
      ROW('eventVersion', eventversion), ROW('eventSource', eventsource), ROW('eventName', eventname),
      ROW('eventType', eventtype), ROW('eventCategory', eventcategory), ROW('managementEvent', managementevent),
      ROW('awsRegion', awsregion), ROW('apiVersion', apiversion), ROW('recipientAccountId', recipientaccountid),
      ROW('readOnly', readonly), ROW('errorCode', errorcode),
      -- The message matters for a refusal only; without the session's name and the encoded text, which differ each time.
      ROW('errorMessage', IF(errorcode IS NULL OR regexp_like(errorcode, '(?i)denied|unauthori|notauthori|forbidden|authorization'),
        regexp_replace(regexp_replace(errormessage,
          '^(User: arn:[^ ]*:assumed-role/[^/ ]+)/[^ ]+', '$1'),
          '(?i)(encoded authorization failure message:? *[^ ])[^ ]*', '$1'))),
      ROW('vpcEndpointId', vpcendpointid), ROW('sharedEventID', sharedeventid), ROW('supersedes', supersedes),
      ROW('type', useridentity.type), ROW('caller', caller), ROW('accountId', useridentity.accountid),
      ROW('userName', useridentity.username), ROW('invokedBy', useridentity.invokedby),
      ROW('principalId', regexp_replace(useridentity.principalid, ':.*$', '')),
      ROW('issuerType', useridentity.sessioncontext.sessionissuer.type),
      ROW('issuerArn', useridentity.sessioncontext.sessionissuer.arn),
      ROW('issuerId', useridentity.sessioncontext.sessionissuer.principalid),
      ROW('issuerName', useridentity.sessioncontext.sessionissuer.username),
      ROW('mfa', useridentity.sessioncontext.attributes.mfaauthenticated)
    ]), (name, value) -> value IS NOT NULL) AS json)) AS call,
    json_format(CAST(request AS json)) AS request,
    json_format(CAST(response AS json)) AS response,
    json_format(CAST(nested AS json)) AS nested,
    json_format(CAST(transform(resources, one -> map_filter(MAP_FROM_ENTRIES(ARRAY[
      ROW('ARN', one.arn), ROW('ARNPrefix', one.arnprefix), ROW('accountId', one.accountid), ROW('type', one.type)
    ]), (name, value) -> value IS NOT NULL)) AS json)) AS resources,
    histogram(substr(eventtime, 1, 10)) AS days,
    json_format(CAST(min(eventtime || ' ' || coalesce(eventid, ''), 3) AS json)) AS earliest,
    max(eventtime) AS latest,
    sum(copies) - count(*) AS duplicates,
    json_format(CAST(slice(array_sort(array_agg(DISTINCT session) FILTER (WHERE session IS NOT NULL)), 1, 21) AS json)) AS sessions,
    json_format(CAST(slice(array_sort(array_agg(DISTINCT sourceipaddress) FILTER (WHERE sourceipaddress IS NOT NULL)), 1, 21) AS json)) AS sources,
    json_format(CAST(slice(array_sort(array_agg(DISTINCT coalesce(
      useridentity.inscopeof.credentialsissuedto,
      useridentity.inscopeof.sourcearn,
      element_at(useridentity.sessioncontext.webidfederationdata.attributes, 'sub'),
      useridentity.sessioncontext.webidfederationdata.federatedprovider
    ))), 1, 21) AS json)) AS workloads
  FROM calls
  GROUP BY 1, 2, 3, 4, 5
),
numbered AS (
  SELECT *, row_number() OVER (PARTITION BY call ORDER BY request, response, nested, resources) AS place
  FROM distinct_calls
)
SELECT
  -- Written once, then empty for the rows that have it, too.
  IF(place = 1, call) AS call,
  request, response, nested, resources,
  -- The first day and the counts of it and each that follows, nothing for none; by name where one is no day of the calendar.
  coalesce(
    TRY(array_min(map_keys(days)) || ' ' || array_join(transform(
      sequence(CAST(array_min(map_keys(days)) AS date), CAST(array_max(map_keys(days)) AS date)),
      one -> coalesce(CAST(element_at(days, CAST(one AS varchar)) AS varchar), '')
    ), ',')),
    json_format(CAST(days AS json))
  ) AS days,
  earliest, latest, duplicates, sessions, sources, workloads
FROM numbered
ORDER BY numbered.call, place
