# Attaches the policy to the role or user that runs `trailseal scan`. Its explicit deny of
# kms:Decrypt binds whatever else that principal does: give the scan a principal of its own.
resource "aws_iam_policy" "trailseal_caller" {
  name        = "TrailsealCaller"
  description = "Trailseal: the caller of a scan, read-only"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ListTheOrganization"
        Effect = "Allow"
        Action = [
          "organizations:ListAccounts",
          "organizations:ListAccountsForParent",
          "organizations:ListOrganizationalUnitsForParent",
          "organizations:ListRoots",
        ]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "OpenOtherAccounts"
        Effect = "Allow"
        Action = [
          "sts:AssumeRole",
        ]
        Resource = [
          "arn:aws:iam::*:role/TrailsealAudit",
        ]
      },
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
        Sid    = "ListLogObjects"
        Effect = "Allow"
        Action = [
          "s3:ListBucket",
        ]
        Resource = [
          "arn:aws:s3:::*",
        ]
        Condition = {
          StringLike = {
            "s3:prefix" = [
              "*/AWSLogs/*/CloudTrail-Digest/*",
              "*/AWSLogs/*/CloudTrail/*",
              "*/AWSLogs/o-*/",
              "AWSLogs/*/CloudTrail-Digest/*",
              "AWSLogs/*/CloudTrail/*",
              "AWSLogs/o-*/",
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
          "arn:aws:s3:::*/AWSLogs/*/CloudTrail-Digest/*",
          "arn:aws:s3:::*/AWSLogs/*/CloudTrail/*",
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

resource "aws_iam_role_policy_attachment" "trailseal_caller" {
  role       = "TrailsealCaller"
  policy_arn = aws_iam_policy.trailseal_caller.arn
}
