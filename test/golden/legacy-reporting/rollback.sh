#!/bin/sh
# Takes role legacy-reporting back to the policies it had before the plan.
# Run it in this folder. A managed policy holds five versions: delete one first where it is full.
set -eu

# attach AmazonS3ReadOnlyAccess again
aws iam attach-role-policy --role-name legacy-reporting --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess

# put inline policy athena-reports back
aws iam put-role-policy --role-name legacy-reporting --policy-name athena-reports --policy-document file://rollback-athena-reports.json

# detach the new policy legacy-reporting-policy-1
aws iam detach-role-policy --role-name legacy-reporting --policy-arn arn:aws:iam::111122223333:policy/legacy-reporting-policy-1

# delete it
aws iam delete-policy --policy-arn arn:aws:iam::111122223333:policy/legacy-reporting-policy-1
