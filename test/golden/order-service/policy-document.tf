# Written by gen-policy 0.1.0 for role order-service (arn:aws:iam::111122223333:role/service/order-service), 2026-06-01 to 2026-08-30, 90 days.
# the evidence is complete: 180 objects read, no gap in the window

import {
  to = aws_iam_policy.order_service
  id = "arn:aws:iam::111122223333:policy/order-service"
}

import {
  to = aws_iam_role_policy_attachment.order_service
  id = "order-service/arn:aws:iam::111122223333:policy/order-service"
}

data "aws_iam_policy_document" "order_service" {
  version = "2012-10-17"

  statement {
    sid     = "Orders"
    effect  = "Allow"
    actions = ["dynamodb:GetItem"]
    resources = [
      "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
      "arn:aws:dynamodb:eu-west-1:111122223333:table/customers",
    ]
  }

  statement {
    sid    = "OrdersDynamodbTable"
    effect = "Allow"
    actions = [
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    ]
    resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders"]
  }

  statement {
    sid       = "OrdersDynamodbIndex"
    effect    = "Allow"
    actions   = ["dynamodb:Query"]
    resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-customer"]
  }

  statement {
    sid    = "OrdersKeptUnseen"
    effect = "Allow"
    actions = [
      "dynamodb:AssociateTableReplica",
      "dynamodb:CreateGlobalTableWitness",
      "dynamodb:CreateTableReplica",
      "dynamodb:DeleteGlobalTableWitness",
      "dynamodb:DeleteTableReplica",
      "dynamodb:DescribeStream",
      "dynamodb:GetRecords",
      "dynamodb:GetShardIterator",
      "dynamodb:ReadDataForReplication",
      "dynamodb:ReplicateSettings",
      "dynamodb:RestoreTableFromAwsBackup",
      "dynamodb:StartAwsBackupJob",
      "dynamodb:UpdateGlobalTableVersion",
      "dynamodb:WriteDataForReplication",
    ]
    resources = [
      "arn:aws:dynamodb:eu-west-1:111122223333:table/orders*",
      "arn:aws:dynamodb:eu-west-1:111122223333:table/customers*",
    ]
  }

  statement {
    sid    = "OrdersKeptUnseen2"
    effect = "Allow"
    actions = [
      "dynamodb:DescribeReservedCapacity",
      "dynamodb:DescribeReservedCapacityOfferings",
      "dynamodb:GetAbacStatus",
      "dynamodb:InjectError",
      "dynamodb:ListStreams",
      "dynamodb:PurchaseReservedCapacityOfferings",
      "dynamodb:UpdateAbacStatus",
    ]
    resources = [
      "arn:aws:dynamodb:eu-west-1:111122223333:table/orders*",
      "arn:aws:dynamodb:eu-west-1:111122223333:table/customers*",
    ]
  }

  statement {
    sid       = "Secrets"
    effect    = "Allow"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/payment-gateway-??????"]
  }

  statement {
    sid       = "Keys"
    effect    = "Allow"
    actions   = ["kms:Decrypt"]
    resources = ["arn:aws:kms:eu-west-1:111122223333:key/6f1c2a30-58d4-4f0e-9a8b-3d7f0c5e1b42"]
  }

  statement {
    sid       = "KeysKeptUnseen"
    effect    = "Allow"
    actions   = ["kms:SynchronizeMultiRegionKey"]
    resources = ["*"]
  }

  statement {
    sid    = "Functions"
    effect = "Allow"
    actions = [
      "lambda:CreateFunction",
      "lambda:UpdateFunctionCode",
    ]
    resources = ["arn:aws:lambda:eu-west-1:111122223333:function:invoice-renderer"]
  }

  statement {
    sid    = "FunctionsKeptUnseen"
    effect = "Allow"
    actions = [
      "lambda:ConnectMicrovm",
      "lambda:PassNetworkConnector",
    ]
    resources = ["*"]
  }

  statement {
    sid    = "FunctionsKeptUnseen2"
    effect = "Allow"
    actions = [
      "lambda:DisableReplication",
      "lambda:EnableReplication",
      "lambda:GetLayerVersion",
      "lambda:InvokeAsync",
      "lambda:InvokeFunction",
      "lambda:InvokeFunctionUrl",
      "lambda:PassCapacityProvider",
      "lambda:UpdateFunctionCodeSigningConfig",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "PassToLambda"
    effect    = "Allow"
    actions   = ["iam:PassRole"]
    resources = ["arn:aws:iam::111122223333:role/service/invoice-renderer"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["lambda.amazonaws.com"]
    }
  }

  statement {
    sid    = "Telemetry"
    effect = "Allow"
    actions = [
      "cloudwatch:PutMetricData",
      "xray:PutTraceSegments",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "Logs"
    effect    = "Allow"
    actions   = ["logs:CreateLogStream"]
    resources = ["arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/order-service:log-stream:app/order-service/*"]
  }

  statement {
    sid       = "LogsKeptUnseen"
    effect    = "Allow"
    actions   = ["logs:PutLogEvents"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "order_service" {
  name   = "order-service"
  policy = data.aws_iam_policy_document.order_service.json
}

resource "aws_iam_role_policy_attachment" "order_service" {
  role       = "order-service"
  policy_arn = aws_iam_policy.order_service.arn
}

data "aws_iam_policy_document" "order_service_policy_1" {
  version = "2012-10-17"

  statement {
    sid    = "S3BucketObject"
    effect = "Allow"
    actions = [
      "s3:GetBucketLocation",
      "s3:GetObject",
    ]
    resources = [
      "arn:aws:s3:::corvid-catalogue/drafts/catalogue.json",
      "arn:aws:s3:::corvid-catalogue/published/catalogue.json",
      "arn:aws:s3:::corvid-invoices",
    ]
  }

  statement {
    sid     = "S3Object"
    effect  = "Allow"
    actions = ["s3:PutObject"]
    resources = [
      "arn:aws:s3:::corvid-invoices/*/invoice-*.pdf",
      "arn:aws:s3:::corvid-invoices/manual/$${$}{aws:username}-$${*}.csv",
    ]
  }

  statement {
    sid    = "S3KeptUnseen"
    effect = "Allow"
    actions = [
      "s3:AllowVendedLogDeliveryForResource",
      "s3:BypassGovernanceRetention",
      "s3:GetObjectLegalHold",
      "s3:GetObjectRetention",
      "s3:GetObjectTagging",
      "s3:GetObjectVersionForReplication",
      "s3:GetObjectVersionTorrent",
      "s3:GetStorageLensDashboard",
      "s3:InitiateReplication",
      "s3:ObjectOwnerOverrideToBucketOwner",
      "s3:PauseReplication",
      "s3:ReplicateDelete",
      "s3:ReplicateObject",
      "s3:ReplicateObjectAnnotation",
      "s3:ReplicateTags",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "S3KeptUnseen2"
    effect    = "Allow"
    actions   = ["s3:PutAccessPointPublicAccessBlock"]
    resources = ["*"]
  }

  statement {
    sid    = "S3ObjectLambdaKeptUnseen"
    effect = "Allow"
    actions = [
      "s3-object-lambda:GetObject",
      "s3-object-lambda:PutObject",
    ]
    resources = ["*"]
  }

  statement {
    sid    = "SqsQueue"
    effect = "Allow"
    actions = [
      "sqs:DeleteMessage",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
    ]
    resources = ["arn:aws:sqs:eu-west-1:111122223333:order-events"]
  }
}

resource "aws_iam_policy" "order_service_policy_1" {
  name   = "order-service-policy-1"
  path   = "/service/"
  policy = data.aws_iam_policy_document.order_service_policy_1.json
}

resource "aws_iam_role_policy_attachment" "order_service_policy_1" {
  role       = "order-service"
  policy_arn = aws_iam_policy.order_service_policy_1.arn
}

# detach AmazonS3FullAccess: AWS owns it; what is needed of it moves to a policy of this principal
# In Terraform: delete its aws_iam_role_policy_attachment block. Attached by other hands: import it first, then delete it:
#   terraform import aws_iam_role_policy_attachment.NAME order-service/arn:aws:iam::aws:policy/AmazonS3FullAccess
# Or let Terraform forget the attachment without touching it:
#   removed {
#     from = aws_iam_role_policy_attachment.NAME
#     lifecycle {
#       destroy = false
#     }
#   }

# detach AmazonSQSFullAccess: AWS owns it; what is needed of it moves to a policy of this principal
# In Terraform: delete its aws_iam_role_policy_attachment block. Attached by other hands: import it first, then delete it:
#   terraform import aws_iam_role_policy_attachment.NAME order-service/arn:aws:iam::aws:policy/AmazonSQSFullAccess
# Or let Terraform forget the attachment without touching it:
#   removed {
#     from = aws_iam_role_policy_attachment.NAME
#     lifecycle {
#       destroy = false
#     }
#   }

# replace order-service: a new version allows only what is needed

# keep guardrail: everything in it stays
