# What gen-policy needs of `s3`. Made from src/commands/doctor/data by `npm run policies`.

variable "partition" {
  description = "AWS partition: aws, aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
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

output "json" {
  description = "Policy document."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      # To list the log files.
      {
        Sid      = "TrailBucket"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = ["arn:${var.partition}:s3:::${var.trail_bucket}"]
      },
      # To decrypt log files of a trail with a KMS key.
      {
        Sid      = "TrailKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = var.trail_key_arns
      },
      # To read the log files and digests.
      {
        Sid      = "TrailObjects"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:${var.partition}:s3:::${var.trail_bucket}/${var.trail_prefix}AWSLogs/*"]
      },
    ] : one if length(one.Resource) > 0]
  })
}
