# What gen-policy needs of `access-analyzer`. Made from src/commands/doctor/data by `npm run policies`.

output "json" {
  description = "Policy document."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      # To check the new policies with IAM Access Analyzer (`--access-analyzer`).
      {
        Sid    = "CheckPolicies"
        Effect = "Allow"
        Action = [
          "access-analyzer:CheckNoNewAccess",
          "access-analyzer:ValidatePolicy",
        ]
        Resource = ["*"]
      },
    ] : one if length(one.Resource) > 0]
  })
}
