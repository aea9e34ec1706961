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

resource "aws_iam_policy" "order_service" {
  name = "order-service"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Orders"
        Effect = "Allow"
        Action = "dynamodb:GetItem"
        Resource = [
          "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
          "arn:aws:dynamodb:eu-west-1:111122223333:table/customers",
        ]
      },
      {
        Sid    = "OrdersDynamodbTable"
        Effect = "Allow"
        Action = [
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
        ]
        Resource = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
      },
      {
        Sid      = "OrdersDynamodbIndex"
        Effect   = "Allow"
        Action   = "dynamodb:Query"
        Resource = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-customer"
      },
      {
        Sid    = "OrdersKeptUnseen"
        Effect = "Allow"
        Action = [
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
        Resource = [
          "arn:aws:dynamodb:eu-west-1:111122223333:table/orders*",
          "arn:aws:dynamodb:eu-west-1:111122223333:table/customers*",
        ]
      },
      {
        Sid    = "OrdersKeptUnseen2"
        Effect = "Allow"
        Action = [
          "dynamodb:DescribeReservedCapacity",
          "dynamodb:DescribeReservedCapacityOfferings",
          "dynamodb:GetAbacStatus",
          "dynamodb:InjectError",
          "dynamodb:ListStreams",
          "dynamodb:PurchaseReservedCapacityOfferings",
          "dynamodb:UpdateAbacStatus",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:111122223333:table/orders*",
          "arn:aws:dynamodb:eu-west-1:111122223333:table/customers*",
        ]
      },
      {
        Sid      = "Secrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/payment-gateway-??????"
      },
      {
        Sid      = "Keys"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:aws:kms:eu-west-1:111122223333:key/6f1c2a30-58d4-4f0e-9a8b-3d7f0c5e1b42"
      },
      {
        Sid      = "KeysKeptUnseen"
        Effect   = "Allow"
        Action   = "kms:SynchronizeMultiRegionKey"
        Resource = "*"
      },
      {
        Sid    = "Functions"
        Effect = "Allow"
        Action = [
          "lambda:CreateFunction",
          "lambda:UpdateFunctionCode",
        ]
        Resource = "arn:aws:lambda:eu-west-1:111122223333:function:invoice-renderer"
      },
      {
        Sid    = "FunctionsKeptUnseen"
        Effect = "Allow"
        Action = [
          "lambda:ConnectMicrovm",
          "lambda:PassNetworkConnector",
        ]
        Resource = "*"
      },
      {
        Sid    = "FunctionsKeptUnseen2"
        Effect = "Allow"
        Action = [
          "lambda:DisableReplication",
          "lambda:EnableReplication",
          "lambda:GetLayerVersion",
          "lambda:InvokeAsync",
          "lambda:InvokeFunction",
          "lambda:InvokeFunctionUrl",
          "lambda:PassCapacityProvider",
          "lambda:UpdateFunctionCodeSigningConfig",
        ]
        Resource = "*"
      },
      {
        Sid      = "PassToLambda"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = "arn:aws:iam::111122223333:role/service/invoice-renderer"
        Condition = {
          StringEquals = {
            "iam:PassedToService" = "lambda.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Telemetry"
        Effect = "Allow"
        Action = [
          "cloudwatch:PutMetricData",
          "xray:PutTraceSegments",
        ]
        Resource = "*"
      },
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = "logs:CreateLogStream"
        Resource = "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/order-service:log-stream:app/order-service/*"
      },
      {
        Sid      = "LogsKeptUnseen"
        Effect   = "Allow"
        Action   = "logs:PutLogEvents"
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "order_service" {
  role       = "order-service"
  policy_arn = aws_iam_policy.order_service.arn
}

resource "aws_iam_policy" "order_service_policy_1" {
  name = "order-service-policy-1"
  path = "/service/"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "S3BucketObject"
        Effect = "Allow"
        Action = [
          "s3:GetBucketLocation",
          "s3:GetObject",
        ]
        Resource = [
          "arn:aws:s3:::corvid-catalogue/drafts/catalogue.json",
          "arn:aws:s3:::corvid-catalogue/published/catalogue.json",
          "arn:aws:s3:::corvid-invoices",
        ]
      },
      {
        Sid    = "S3Object"
        Effect = "Allow"
        Action = "s3:PutObject"
        Resource = [
          "arn:aws:s3:::corvid-invoices/*/invoice-*.pdf",
          "arn:aws:s3:::corvid-invoices/manual/$${$}{aws:username}-$${*}.csv",
        ]
      },
      {
        Sid    = "S3KeptUnseen"
        Effect = "Allow"
        Action = [
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
        Resource = "*"
      },
      {
        Sid      = "S3KeptUnseen2"
        Effect   = "Allow"
        Action   = "s3:PutAccessPointPublicAccessBlock"
        Resource = "*"
      },
      {
        Sid    = "S3ObjectLambdaKeptUnseen"
        Effect = "Allow"
        Action = [
          "s3-object-lambda:GetObject",
          "s3-object-lambda:PutObject",
        ]
        Resource = "*"
      },
      {
        Sid    = "SqsQueue"
        Effect = "Allow"
        Action = [
          "sqs:DeleteMessage",
          "sqs:ReceiveMessage",
          "sqs:SendMessage",
        ]
        Resource = "arn:aws:sqs:eu-west-1:111122223333:order-events"
      },
    ]
  })
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
