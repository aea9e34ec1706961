# What gen-policy needs of `event-history`. Made from src/commands/doctor/data by `npm run policies`.

output "json" {
  description = "Policy document."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      # To read the event history.
      {
        Sid      = "EventHistory"
        Effect   = "Allow"
        Action   = ["cloudtrail:LookupEvents"]
        Resource = ["*"]
      },
    ] : one if length(one.Resource) > 0]
  })
}
