# What gen-policy needs of `organizations`. Made from src/commands/doctor/data by `npm run policies`.

output "json" {
  description = "Policy document."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      # To read the organisation's access report (management account or delegated administrator).
      {
        Sid    = "OrganizationAccess"
        Effect = "Allow"
        Action = [
          "iam:GenerateOrganizationsAccessReport",
          "iam:GetOrganizationsAccessReport",
          "organizations:DescribePolicy",
          "organizations:ListChildren",
          "organizations:ListParents",
          "organizations:ListPoliciesForTarget",
          "organizations:ListRoots",
          "organizations:ListTargetsForPolicy",
        ]
        Resource = ["*"]
      },
      # To list the organisation's accounts (`review --org-role`).
      {
        Sid      = "OrganizationAccounts"
        Effect   = "Allow"
        Action   = ["organizations:ListAccounts"]
        Resource = ["*"]
      },
      # To read the organisation's policies above the account.
      {
        Sid    = "OrganizationPolicies"
        Effect = "Allow"
        Action = [
          "organizations:DescribeOrganization",
          "organizations:DescribePolicy",
          "organizations:ListParents",
          "organizations:ListPoliciesForTarget",
        ]
        Resource = ["*"]
      },
    ] : one if length(one.Resource) > 0]
  })
}
