# What gen-policy needs of `doctor`. Made from src/commands/doctor/data by `npm run policies`.

output "json" {
  description = "Policy document."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      # To let `doctor` ask what the caller may do, where it may; without it calls are tried.
      {
        Sid      = "Simulate"
        Effect   = "Allow"
        Action   = ["iam:SimulatePrincipalPolicy"]
        Resource = ["*"]
      },
    ] : one if length(one.Resource) > 0]
  })
}
