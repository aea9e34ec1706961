# What gen-policy needs of `assume-role`. Made from src/commands/doctor/data by `npm run policies`.

variable "reading_role_arns" {
  description = "ARNs of the roles to take on."
  type        = list(string)
}

output "json" {
  description = "Policy document."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      # To take on the role that reads (`--role-arn`).
      {
        Sid      = "AssumeReadingRole"
        Effect   = "Allow"
        Action   = ["sts:AssumeRole"]
        Resource = var.reading_role_arns
      },
    ] : one if length(one.Resource) > 0]
  })
}
