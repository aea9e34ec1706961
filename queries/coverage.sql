-- Purpose: what the table holds for the window: records of each account, region and delivery day, and the names of the
--   events of the principal, so that the next query asks for the request parameters those events need and for no others.
-- Parameters: {{table}}; then, in order, the first and last delivery day (yyyy/MM/dd), the principal's account twice (empty:
--   any), the first and the end moment of the window (ISO 8601, end exclusive), `/name` of the principal in lower case
--   (empty: all that usage-all-principals.sql asks for) and its account again.
-- Scans: every record delivered on these days to this account, once (JSON has no columns to skip). Days and account stand
--   as plain values beside their partition keys, so that other partitions are not opened.
-- Returns: one row for each account, region, day and event of the principal; the others' records as one row each.
WITH delivered AS (
  SELECT *
  FROM {{table}}
  WHERE day BETWEEN ? AND ?
    AND (? = '' OR account = ?)
)
SELECT
  account,
  region,
  day,
  mine,
  outside,
  IF(mine, eventsource) AS eventsource,
  IF(mine, eventname) AS eventname,
  count(*) AS records,
  count_if(malformed) AS malformed
FROM (
  SELECT *, mine AND (eventtime < window_from OR eventtime >= window_to) AS outside
  FROM (
    SELECT
      account,
      region,
      day,
      eventsource,
      eventname,
      eventtime,
      window_from,
      window_to,
      NOT coalesce(regexp_like(eventtime, '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$'), false)
        OR eventsource IS NULL OR eventname IS NULL AS malformed,
      coalesce(useridentity.type IN ('AssumedRole', 'Role', 'IAMUser', 'FederatedUser')
          OR principal_name = '' AND (useridentity.type = 'Root'
            OR useridentity.type = 'AWSAccount' AND eventsource = 'sts.amazonaws.com' AND eventname = 'AssumeRole'), false)
        AND (principal_name = ''
          OR strpos(lower(coalesce(useridentity.sessioncontext.sessionissuer.arn, '') || ' ' || coalesce(useridentity.arn, '')), principal_name) > 0
          OR '/' || lower(coalesce(useridentity.username, '')) = principal_name)
        AND (principal_account = '' OR coalesce(useridentity.accountid, principal_account) = principal_account) AS mine
    FROM delivered
    CROSS JOIN (VALUES (?, ?, ?, ?)) AS given (window_from, window_to, principal_name, principal_account)
  )
)
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
