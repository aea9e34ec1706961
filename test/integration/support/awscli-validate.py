"""Runs the validator of AWS's own command line on buckets held in memory; prints what it says of each, as JSON.

Standard input: a list of {objects: {key: {bytes, metadata}}, keys: [{Fingerprint, Value}], trail, home, region, account,
prefix, org, start, end}. Nothing is asked of any network.
"""
import base64
import contextlib
import io
import json
import signal
import sys

from awscli.customizations.cloudtrail.validation import CloudTrailValidateLogs, normalize_date, parse_date
from botocore.exceptions import ClientError


class Endless(BaseException):
    """A chain that leads to itself is followed for ever."""


def stop(_signal, _frame):
    raise Endless('no end within 3 seconds')


signal.signal(signal.SIGALRM, stop)


class Bucket:
    def __init__(self, objects):
        self.objects = objects

    def get_client(self, _name):
        return self

    def get_object(self, Bucket, Key):
        found = self.objects.get(Key) if Bucket == 'logs' else None
        if found is None:
            raise ClientError({'Error': {'Code': 'NoSuchKey', 'Message': 'no such key'}}, 'GetObject')
        return {'Body': io.BytesIO(base64.b64decode(found['bytes'])), 'Metadata': found['metadata']}

    def get_paginator(self, _name):
        return self

    def paginate(self, Bucket, Marker, Prefix):
        self.listed = [key for key in sorted(self.objects) if key > Marker and key.startswith(Prefix)]
        return self

    def search(self, _expression):
        return list(self.listed)


class CloudTrail:
    class meta:
        region_name = ''

    def __init__(self, case):
        self.case = case
        self.meta = type('Meta', (), {'region_name': case['region']})

    def list_public_keys(self, **_window):
        return {'PublicKeyList': self.case['keys']}

    def describe_trails(self, **_names):
        case = self.case
        return {'trailList': [{
            'TrailARN': arn(case), 'Name': case['trail'], 'S3BucketName': 'logs',
            'S3KeyPrefix': case.get('prefix'), 'IsOrganizationTrail': case.get('org') is not None,
        }]}


class Organizations:
    def __init__(self, case):
        self.case = case

    def describe_organization(self):
        return {'Organization': {'Id': self.case['org']}}


def arn(case):
    return 'arn:aws:cloudtrail:%s:%s:trail/%s' % (case['home'], case['account'], case['trail'])


def validate(case):
    command = CloudTrailValidateLogs(None)
    command.trail_arn = arn(case)
    command.is_verbose = True
    command.start_time = normalize_date(parse_date(case['start']))
    command.end_time = normalize_date(parse_date(case['end']))
    command.account_id = case['account']
    command._source_region = case['region']
    command.s3_client_provider = Bucket(case['objects'])
    command.cloudtrail_client = CloudTrail(case)
    command.organization_client = Organizations(case)
    out = io.StringIO()
    failure = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        signal.setitimer(signal.ITIMER_REAL, 3)
        try:
            command._call()
        except (Exception, Endless) as error:  # What ends AWS's command is a finding of its own.
            failure = type(error).__name__
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return {'lines': sorted(set(out.getvalue().splitlines())), 'failure': failure}


json.dump([validate(case) for case in json.load(sys.stdin)], sys.stdout)
