# Written by gen-policy 0.1.0 for role legacy-reporting (arn:aws:iam::111122223333:role/legacy-reporting), 2026-06-01 to 2026-08-30, 90 days.
# the evidence is complete: 180 objects read, no gap in the window

data "aws_iam_policy_document" "legacy_reporting_policy_1" {
  version = "2012-10-17"

  statement {
    sid    = "S3KeptUnseen"
    effect = "Allow"
    actions = [
      "s3:GetObjectVersionForReplication",
      "s3:GetObjectVersionTorrent",
      "s3:GetStorageLensDashboard",
    ]
    resources = ["*"]
  }

  statement {
    sid    = "Reports"
    effect = "Allow"
    actions = [
      "athena:CancelQueryExecution",
      "athena:GetQueryResultsStream",
    ]
    resources = ["*"]
  }

  statement {
    sid    = "ReportsKeptUnseen"
    effect = "Allow"
    actions = [
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
    resources = ["*"]
  }

  statement {
    sid       = "ReportsKeptUnseen2"
    effect    = "Allow"
    actions   = ["glue:GetCompletion"]
    resources = ["*"]
  }

  statement {
    sid    = "ReportsKeptUnseen3"
    effect = "Allow"
    actions = [
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
    resources = ["*"]
  }
}

resource "aws_iam_policy" "legacy_reporting_policy_1" {
  name   = "legacy-reporting-policy-1"
  policy = data.aws_iam_policy_document.legacy_reporting_policy_1.json
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
