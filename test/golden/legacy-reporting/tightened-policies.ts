// Written by gen-policy 0.1.0 for role legacy-reporting (arn:aws:iam::111122223333:role/legacy-reporting), 2026-06-01 to 2026-08-30, 90 days.
// the evidence is complete: 180 objects read, no gap in the window
// detach AmazonS3ReadOnlyAccess: AWS owns it; what is needed of it moves to a policy of this principal
// delete-inline athena-reports: replaced by a customer-managed policy, which has versions to go back to
// create legacy-reporting-policy-1: holds what is needed of the policies that go
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export class TightenedPolicies extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const role = iam.Role.fromRoleName(this, 'Role', "legacy-reporting");
    new iam.ManagedPolicy(this, "LegacyReportingPolicy1", {
      managedPolicyName: "legacy-reporting-policy-1",
      roles: [role],
      document: iam.PolicyDocument.fromJson({
        "Version": "2012-10-17",
        "Statement": [
          {
            "Sid": "S3KeptUnseen",
            "Effect": "Allow",
            "Action": [
              "s3:GetObjectVersionForReplication",
              "s3:GetObjectVersionTorrent",
              "s3:GetStorageLensDashboard"
            ],
            "Resource": "*"
          },
          {
            "Sid": "Reports",
            "Effect": "Allow",
            "Action": [
              "athena:CancelQueryExecution",
              "athena:GetQueryResultsStream"
            ],
            "Resource": "*"
          },
          {
            "Sid": "ReportsKeptUnseen",
            "Effect": "Allow",
            "Action": [
              "athena:GetCatalogs",
              "athena:GetExecutionEngine",
              "athena:GetExecutionEngines",
              "athena:GetNamespace",
              "athena:GetNamespaces",
              "athena:GetQueryExecutions",
              "athena:GetTable",
              "athena:GetTables",
              "athena:RunQuery"
            ],
            "Resource": "*"
          },
          {
            "Sid": "ReportsKeptUnseen2",
            "Effect": "Allow",
            "Action": "glue:GetCompletion",
            "Resource": "*"
          },
          {
            "Sid": "ReportsKeptUnseen3",
            "Effect": "Allow",
            "Action": [
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
              "glue:GetStorageUnit"
            ],
            "Resource": "*"
          }
        ]
      }),
    });
  }
}
