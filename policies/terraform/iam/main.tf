# What gen-policy needs of `iam`. Made from src/commands/doctor/data by `npm run policies`.

variable "principal_arns" {
  description = "ARNs of the roles and users to look at."
  type        = list(string)
  default     = ["*"]
}

output "json" {
  description = "Policy document."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      # To read last-accessed reports.
      {
        Sid      = "LastAccessedRead"
        Effect   = "Allow"
        Action   = ["iam:GetServiceLastAccessedDetails"]
        Resource = ["*"]
      },
      # To have AWS make last-accessed reports.
      {
        Sid      = "LastAccessedStart"
        Effect   = "Allow"
        Action   = ["iam:GenerateServiceLastAccessedDetails"]
        Resource = var.principal_arns
      },
      # To read managed policies.
      {
        Sid    = "ManagedPolicies"
        Effect = "Allow"
        Action = [
          "iam:GetPolicy",
          "iam:GetPolicyVersion",
        ]
        Resource = ["*"]
      },
      # To name the nearest role or user where there is none of the name given.
      {
        Sid    = "NearNames"
        Effect = "Allow"
        Action = [
          "iam:ListRoles",
          "iam:ListUsers",
        ]
        Resource = ["*"]
      },
      # To read one role and its inline policies.
      {
        Sid    = "OneRole"
        Effect = "Allow"
        Action = [
          "iam:GetRole",
          "iam:GetRolePolicy",
          "iam:ListAttachedRolePolicies",
          "iam:ListInstanceProfilesForRole",
          "iam:ListRolePolicies",
        ]
        Resource = var.principal_arns
      },
      # To read one user and its inline policies.
      {
        Sid    = "OneUser"
        Effect = "Allow"
        Action = [
          "iam:GetUser",
          "iam:GetUserPolicy",
          "iam:ListAttachedUserPolicies",
          "iam:ListGroupsForUser",
          "iam:ListUserPolicies",
        ]
        Resource = var.principal_arns
      },
      # To read the groups of a user.
      {
        Sid    = "UserGroups"
        Effect = "Allow"
        Action = [
          "iam:GetGroupPolicy",
          "iam:ListAttachedGroupPolicies",
          "iam:ListGroupPolicies",
        ]
        Resource = ["*"]
      },
      # To read the whole account (`snapshot`).
      {
        Sid    = "WholeAccount"
        Effect = "Allow"
        Action = [
          "iam:GenerateCredentialReport",
          "iam:GetAccountAuthorizationDetails",
          "iam:GetAccountPasswordPolicy",
          "iam:GetAccountSummary",
          "iam:GetCredentialReport",
          "iam:ListRoles",
        ]
        Resource = ["*"]
      },
    ] : one if length(one.Resource) > 0]
  })
}
