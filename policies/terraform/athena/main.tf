# What gen-policy needs of `athena`. Made from src/commands/doctor/data by `npm run policies`.

variable "account_id" {
  description = "AWS account id."
  type        = string
}

variable "catalog" {
  description = "Data catalog of the table."
  type        = string
  default     = "AwsDataCatalog"
}

variable "database" {
  description = "Database of the table."
  type        = string
  default     = "default"
}

variable "partition" {
  description = "AWS partition: aws, aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "results_bucket" {
  description = "Name of the bucket for the results of queries."
  type        = string
}

variable "results_prefix" {
  description = "Folder for results in it."
  type        = string
  default     = ""
}

variable "table" {
  description = "Table over the logs."
  type        = string
  default     = "cloudtrail_logs"
}

variable "trail_bucket" {
  description = "Name of the trail's bucket."
  type        = string
}

variable "trail_key_arns" {
  description = "ARNs of the KMS keys of the trail; none where it has none."
  type        = list(string)
  default     = []
}

variable "trail_prefix" {
  description = "What stands before AWSLogs/ in the keys, with its slash."
  type        = string
  default     = ""
}

variable "workgroup" {
  description = "Athena workgroup."
  type        = string
  default     = "primary"
}

output "json" {
  description = "Policy document."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      # To make the table (`athena init --run`).
      {
        Sid      = "AthenaMakeTable"
        Effect   = "Allow"
        Action   = ["glue:CreateTable"]
        Resource = [for one in distinct(["catalog", "database/default", "database/${var.database}", "table/${var.database}/${var.table}"]) : "arn:${var.partition}:glue:${var.region}:${var.account_id}:${one}"]
      },
      # To run the queries.
      {
        Sid    = "AthenaQueries"
        Effect = "Allow"
        Action = [
          "athena:GetQueryExecution",
          "athena:StartQueryExecution",
          "athena:StopQueryExecution",
        ]
        Resource = ["arn:${var.partition}:athena:${var.region}:${var.account_id}:workgroup/${var.workgroup}"]
      },
      # To find the place of the results.
      {
        Sid    = "AthenaResultBucket"
        Effect = "Allow"
        Action = [
          "s3:GetBucketLocation",
          "s3:ListBucket",
          "s3:ListBucketMultipartUploads",
        ]
        Resource = ["arn:${var.partition}:s3:::${var.results_bucket}"]
      },
      # To write and read the results.
      {
        Sid    = "AthenaResults"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:GetObject",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ]
        Resource = ["arn:${var.partition}:s3:::${var.results_bucket}/${var.results_prefix}*"]
      },
      # To learn how much a query would read, before one is started (`--max-bytes`, `--dry-run`).
      {
        Sid      = "AthenaSize"
        Effect   = "Allow"
        Action   = ["athena:GetTableMetadata"]
        Resource = ["arn:${var.partition}:athena:${var.region}:${var.account_id}:datacatalog/${var.catalog}"]
      },
      # To list what a query would read.
      {
        Sid      = "AthenaSizeListing"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = ["arn:${var.partition}:s3:::${var.trail_bucket}"]
      },
      # To read what the table is.
      {
        Sid    = "AthenaTable"
        Effect = "Allow"
        Action = [
          "glue:GetDatabase",
          "glue:GetTable",
        ]
        Resource = [for one in distinct(["catalog", "database/default", "database/${var.database}", "table/${var.database}/${var.table}"]) : "arn:${var.partition}:glue:${var.region}:${var.account_id}:${one}"]
      },
      # To list the log files that a query reads.
      {
        Sid    = "AthenaTrailBucket"
        Effect = "Allow"
        Action = [
          "s3:GetBucketLocation",
          "s3:ListBucket",
        ]
        Resource = ["arn:${var.partition}:s3:::${var.trail_bucket}"]
      },
      # To decrypt log files of a trail with a KMS key.
      {
        Sid      = "AthenaTrailKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = var.trail_key_arns
      },
      # To read the log files.
      {
        Sid      = "AthenaTrailObjects"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:${var.partition}:s3:::${var.trail_bucket}/${var.trail_prefix}AWSLogs/*"]
      },
    ] : one if length(one.Resource) > 0]
  })
}
