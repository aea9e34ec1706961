# Written by gen-policy 0.1.0 for role legacy-reporting (arn:aws:iam::111122223333:role/legacy-reporting), 2026-06-01 to 2026-08-30, 90 days.
# the evidence is complete: 180 objects read, no gap in the window

resource "aws_iam_policy" "legacy_reporting_policy_1" {
  name = "legacy-reporting-policy-1"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "S3KeptUnseen"
        Effect = "Allow"
        Action = [
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionTorrent",
          "s3:GetStorageLensDashboard",
        ]
        Resource = "*"
      },
      {
        Sid    = "Reports"
        Effect = "Allow"
        Action = [
          "athena:CancelQueryExecution",
          "athena:GetQueryResultsStream",
        ]
        Resource = "*"
      },
      {
        Sid    = "ReportsKeptUnseen"
        Effect = "Allow"
        Action = [
          "athena:GetCatalogs",
          "athena:GetExecutionEngine",
          "athena:GetExecutionEngines",
          "athena:GetNamespace",
          "athena:GetNamespaces",
          "athena:GetQueryExecutions",
          "athena:GetTable",
          "athena:GetTables",
          "athena:RunQuery",
        ]
        Resource = "*"
      },
      {
        Sid      = "ReportsKeptUnseen2"
        Effect   = "Allow"
        Action   = "glue:GetCompletion"
        Resource = "*"
      },
      {
        Sid    = "ReportsKeptUnseen3"
        Effect = "Allow"
        Action = [
          "glue:GetDataPreviewStatement",
          "glue:GetEnvironment",
          "glue:GetExecutors",
          "glue:GetExecutorsThreads",
          "glue:GetGeneratedCode",
          "glue:GetLogParsingStatus",
          "glue:GetNotebookInstanceStatus",
          "glue:GetQueries",
          "glue:GetQuery",
          "glue:GetRecipeAction",
          "glue:GetStage",
          "glue:GetStageAttempt",
          "glue:GetStageAttemptTaskList",
          "glue:GetStageAttemptTaskSummary",
          "glue:GetStageFiles",
          "glue:GetStages",
          "glue:GetStorage",
          "glue:GetStorageUnit",
        ]
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "legacy_reporting_policy_1" {
  role       = "legacy-reporting"
  policy_arn = aws_iam_policy.legacy_reporting_policy_1.arn
}

# detach AmazonS3ReadOnlyAccess: AWS owns it; what is needed of it moves to a policy of this principal
# In Terraform: delete its aws_iam_role_policy_attachment block. Attached by other hands: import it first, then delete it:
#   terraform import aws_iam_role_policy_attachment.NAME legacy-reporting/arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
# Or let Terraform forget the attachment without touching it:
#   removed {
#     from = aws_iam_role_policy_attachment.NAME
#     lifecycle {
#       destroy = false
#     }
#   }

# delete-inline athena-reports: replaced by a customer-managed policy, which has versions to go back to
# In Terraform: delete its aws_iam_role_policy block. Written by other hands: import it first, then delete it:
#   terraform import aws_iam_role_policy.NAME legacy-reporting:athena-reports
