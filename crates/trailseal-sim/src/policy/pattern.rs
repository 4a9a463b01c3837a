//! IAM's wildcards: `*` is any text, `?` any one character.

/// Whether an action matches, letter case ignored.
#[must_use]
pub fn matches_action(pattern: &str, action: &str) -> bool {
    matches(pattern.as_bytes(), action.as_bytes(), |left, right| left.eq_ignore_ascii_case(&right))
}

/// Whether a text matches, as StringLike compares.
#[must_use]
pub fn matches_text(pattern: &str, text: &str) -> bool {
    matches(pattern.as_bytes(), text.as_bytes(), |left, right| *left == right)
}

/// Whether an ARN matches, each of its six parts by itself (IAM user guide, "Condition operators":
/// each component is checked separately). Only the last part can hold further colons. `*` alone
/// matches what is no ARN, too.
#[must_use]
pub fn matches_arn(pattern: &str, arn: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (Some(patterns), Some(parts)) = (arn_parts(pattern), arn_parts(arn)) else { return false };
    patterns.iter().zip(parts).all(|(pattern, part)| matches_text(pattern, part))
}

/// The six parts of an ARN, or of a pattern of one.
#[must_use]
pub fn arn_parts(text: &str) -> Option<[&str; 6]> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let parts = [next()?, next()?, next()?, next()?, next()?, next()?];
    (parts[0] == "arn").then_some(parts)
}

/// After a mismatch only the newest `*` can take one more, so the time is at most the product of
/// the lengths, whatever the pattern.
fn matches(pattern: &[u8], text: &[u8], is_same: fn(&u8, u8) -> bool) -> bool {
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut star = None;
    while let Some(right) = text.get(at_text) {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                at_pattern += 1;
                star = Some((at_pattern, at_text));
                continue;
            }
            Some(left) if *left == b'?' || is_same(left, *right) => {
                at_pattern += 1;
                at_text += 1;
                continue;
            }
            _ => {}
        }
        let Some((behind, from)) = star else { return false };
        (at_pattern, at_text) = (behind, from + 1);
        star = Some((behind, at_text));
    }
    pattern[at_pattern..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_match_as_in_policies() {
        for (pattern, action, expected) in [
            ("*", "kms:DescribeKey", true),
            ("kms:*", "kms:DescribeKey", true),
            ("KMS:describe*", "kms:DescribeKey", true),
            ("kms:Describe???", "kms:DescribeKey", true),
            ("kms:Describe", "kms:DescribeKey", false),
            ("cloudtrail:*", "kms:DescribeKey", false),
            ("*:*Key", "kms:DescribeKey", true),
            ("*s*e*Key?", "kms:DescribeKey", false),
            ("kms:DescribeKey*", "kms:DescribeKey", true),
            ("", "kms:DescribeKey", false),
        ] {
            assert_eq!(matches_action(pattern, action), expected, "{pattern} {action}");
        }
        assert!(matches_text("o-*", "o-example") && !matches_text("O-*", "o-example"));
    }

    #[test]
    fn each_part_of_an_arn_is_compared_by_itself() {
        let trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/own";
        for (pattern, arn, expected) in [
            ("*", trail, true),
            ("*", "*", true),
            (trail, trail, true),
            ("arn:aws:cloudtrail:*:*:trail/*", trail, true),
            ("arn:*:cloudtrail:eu-west-?:111111111111:*", trail, true),
            ("arn:aws:cloudtrail:*:trail/own", trail, false),
            ("arn:aws:cloudtrail:EU-WEST-1:111111111111:trail/own", trail, false),
            ("arn:aws-cn:cloudtrail:*:*:trail/*", trail, false),
            ("arn:aws:cloudtrail:*:*:*", "*", false),
            ("arn:aws:s3:::*", "arn:aws:s3:::bucket/a:b", true),
            ("arn:aws:s3:::bucket/?:b", "arn:aws:s3:::bucket/a:b", true),
            ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", false),
        ] {
            assert_eq!(matches_arn(pattern, arn), expected, "{pattern} {arn}");
        }
    }
}
