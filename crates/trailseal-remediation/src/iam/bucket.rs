//! The buckets that trails deliver to, and the prefixes that a role may read there.

/// A bucket that trails deliver to, with the prefix that the trails have in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogBucket {
    name: String,
    /// `None` is any prefix, an empty one is none.
    prefix: Option<String>,
}

/// CloudTrail's folder, below which every log is.
const FOLDER: &str = "AWSLogs";

impl LogBucket {
    /// `NAME` where any prefix may be read, `NAME/` where trails have none, or `NAME/PREFIX`. The prefix
    /// is what comes before `AWSLogs/`.
    ///
    /// # Errors
    /// In one line, what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shown: String = text.chars().take(300).collect();
        let wrong = |why: &str| Err(format!("`{shown}` {why}"));
        let (name, prefix) = match text.split_once('/') {
            Some((name, prefix)) => (name, Some(prefix.strip_suffix('/').unwrap_or(prefix))),
            None => (text, None),
        };
        // Source: S3 user guide, "General purpose bucket naming rules"; trails of old buckets may have
        // upper case letters and underscores in us-east-1.
        let is_known = |it: char| it.is_ascii_alphanumeric() || ".-_".contains(it);
        if !(3..=255).contains(&name.len()) || !name.chars().all(is_known) {
            return wrong("is not NAME or NAME/PREFIX of a bucket");
        }
        let text = prefix.unwrap_or_default();
        // Source: CloudTrail API reference, `CreateTrail`, `S3KeyPrefix`: at most 200 characters.
        if text.chars().count() > 200 || text.contains(char::is_control) {
            return wrong("has a prefix that no trail can have: at most 200 characters");
        }
        if text.split('/').any(|part| part == FOLDER) {
            return wrong("has AWSLogs in its prefix; give only what comes before AWSLogs/");
        }
        Ok(Self { name: name.to_owned(), prefix: prefix.map(str::to_owned) })
    }

    /// The bucket's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `[PREFIX/]AWSLogs/` as patterns of IAM, in which no character of the prefix is a wildcard.
    pub(super) fn folders(&self) -> Vec<String> {
        match self.prefix.as_deref() {
            None => any_folder(),
            Some("") => vec![format!("{FOLDER}/")],
            Some(prefix) => vec![format!("{}/{FOLDER}/", escaped(prefix))],
        }
    }
}

/// `AWSLogs/` below any prefix, or below none.
pub(super) fn any_folder() -> Vec<String> {
    vec![format!("{FOLDER}/"), format!("*/{FOLDER}/")]
}

/// Source: IAM user guide, "IAM policy elements: Variables and tags", special characters.
fn escaped(prefix: &str) -> String {
    let mut pattern = String::new();
    for character in prefix.chars() {
        match character {
            '*' | '?' | '$' => pattern.extend(["${", &character.to_string(), "}"]),
            other => pattern.push(other),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_its_prefix_behind_it() {
        for (text, name, folders) in [
            ("org-logs", "org-logs", "AWSLogs/ */AWSLogs/"),
            ("org-logs/", "org-logs", "AWSLogs/"),
            ("org-logs/o-ab12", "org-logs", "o-ab12/AWSLogs/"),
            ("org-logs/a/b/", "org-logs", "a/b/AWSLogs/"),
            ("org-logs/a*b?$", "org-logs", "a${*}b${?}${$}/AWSLogs/"),
        ] {
            let bucket = LogBucket::parse(text).unwrap();
            assert_eq!((bucket.name(), &*bucket.folders().join(" ")), (name, folders), "{text}");
        }
    }

    #[test]
    fn what_is_no_bucket_is_refused() {
        for text in ["", "ab", "s3://logs", "arn:aws:s3:::logs", "l*gs", "org logs"] {
            assert!(LogBucket::parse(text).is_err(), "{text}");
        }
        for text in ["logs/AWSLogs", "logs/x/AWSLogs/o-1", "logs/AWSLogs/"] {
            let error = LogBucket::parse(text).unwrap_err();
            assert!(error.contains("before AWSLogs/"), "{error}");
        }
        assert!(LogBucket::parse(&format!("logs/{}", "p".repeat(201))).is_err());
    }
}
