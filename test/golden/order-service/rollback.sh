#!/bin/sh
# Takes role order-service back to the policies it had before the plan.
# Run it in this folder. A managed policy holds five versions: delete one first where it is full.
set -eu

# attach AmazonS3FullAccess again
aws iam attach-role-policy --role-name order-service --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess

# attach AmazonSQSFullAccess again
aws iam attach-role-policy --role-name order-service --policy-arn arn:aws:iam::aws:policy/AmazonSQSFullAccess

# make the old text of order-service the default version again
aws iam create-policy-version --policy-arn arn:aws:iam::111122223333:policy/order-service --policy-document file://rollback-order-service.json --set-as-default

# detach the new policy order-service-policy-1
aws iam detach-role-policy --role-name order-service --policy-arn arn:aws:iam::111122223333:policy/service/order-service-policy-1

# delete it
aws iam delete-policy --policy-arn arn:aws:iam::111122223333:policy/service/order-service-policy-1
