# The audit role of the account that owns the buckets of trails. It has the same name as in other
# accounts: leave this account out of the StackSet with the role of member accounts.
variable "external_id" {
  description = "External id of the scan (--external-id); the role asks callers for it"
  type        = string
  sensitive   = true
}

resource "aws_iam_role" "trailseal_audit" {
  name                 = "TrailsealAudit"
  path                 = "/audit/"
  description          = "Trailseal: the audit role of the log archive, read-only"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LetTheCallerIn"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:root"
        }
        Action = [
          "sts:AssumeRole",
        ]
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/TrailsealCaller"
          }
          StringEquals = {
            "aws:PrincipalOrgID" = "o-a1b2c3d4e5"
            "sts:ExternalId"     = var.external_id
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "trailseal_audit" {
  name = "TrailsealAudit"
  role = aws_iam_role.trailseal_audit.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ListRegions"
        Effect = "Allow"
        Action = [
          "account:ListRegions",
        ]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "ListTrailsAndEventDataStores"
        Effect = "Allow"
        Action = [
          "cloudtrail:DescribeTrails",
          "cloudtrail:ListEventDataStores",
          "cloudtrail:ListTrails",
        ]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "ReadTrails"
        Effect = "Allow"
        Action = [
          "cloudtrail:GetEventSelectors",
          "cloudtrail:GetTrailStatus",
        ]
        Resource = [
          "arn:aws:cloudtrail:*:*:trail/*",
        ]
      },
      {
        Sid    = "ReadEventDataStores"
        Effect = "Allow"
        Action = [
          "cloudtrail:GetEventDataStore",
        ]
        Resource = [
          "arn:aws:cloudtrail:*:*:eventdatastore/*",
        ]
      },
      {
        Sid    = "ReadKeys"
        Effect = "Allow"
        Action = [
          "kms:DescribeKey",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
        ]
        Resource = [
          "arn:aws:kms:*:*:key/*",
        ]
      },
      {
        Sid    = "FindOwnersOfBuckets"
        Effect = "Allow"
        Action = [
          "s3:ListAllMyBuckets",
        ]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "SeeWhetherBucketsAndObjectsExist"
        Effect = "Allow"
        Action = [
          "s3:ListBucket",
        ]
        Resource = [
          "arn:aws:s3:::org-logs",
        ]
        Condition = {
          Null = {
            "s3:prefix" = "true"
          }
        }
      },
      {
        Sid    = "ListLogObjects"
        Effect = "Allow"
        Action = [
          "s3:ListBucket",
        ]
        Resource = [
          "arn:aws:s3:::org-logs",
        ]
        Condition = {
          StringLike = {
            "s3:prefix" = [
              "o-a1b2c3d4e5/AWSLogs/*/CloudTrail-Digest/*",
              "o-a1b2c3d4e5/AWSLogs/*/CloudTrail/*",
              "o-a1b2c3d4e5/AWSLogs/o-a1b2c3d4e5/",
            ]
          }
        }
      },
      {
        Sid    = "ReadHeadersOfLogObjects"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
        ]
        Resource = [
          "arn:aws:s3:::org-logs/o-a1b2c3d4e5/AWSLogs/*/CloudTrail-Digest/*",
          "arn:aws:s3:::org-logs/o-a1b2c3d4e5/AWSLogs/*/CloudTrail/*",
        ]
      },
      {
        Sid    = "NeverDecryptLogs"
        Effect = "Deny"
        Action = [
          "kms:Decrypt",
        ]
        Resource = [
          "*",
        ]
      },
    ]
  })
}
