# What gen-policy needs of `trails`. Made from src/commands/doctor/data by `npm run policies`.

output "json" {
  description = "Policy document."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      # To read CloudTrail's public keys, to validate digests.
      {
        Sid      = "DigestKeys"
        Effect   = "Allow"
        Action   = ["cloudtrail:ListPublicKeys"]
        Resource = ["*"]
      },
      # To read what the trails record.
      {
        Sid    = "Trails"
        Effect = "Allow"
        Action = [
          "cloudtrail:DescribeTrails",
          "cloudtrail:GetEventSelectors",
          "cloudtrail:GetTrailStatus",
          "cloudtrail:ListTrails",
        ]
        Resource = ["*"]
      },
    ] : one if length(one.Resource) > 0]
  })
}
