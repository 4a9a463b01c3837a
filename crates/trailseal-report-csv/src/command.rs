//! The command of the AWS CLI that does again what a row claims, for a POSIX shell.

use serde_json::json;
use trailseal_model::{AccountId, Region};
use trailseal_record::v1::{SampleLine, SampledClusterLine};

/// With whose credentials a bucket was read, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BucketReader<'a> {
    /// The account that lists the bucket as its own.
    pub(crate) owner: Option<AccountId>,
    /// The Region of the requests.
    pub(crate) region: Option<Region>,
    /// The role to assume first; `None` where the caller's own credentials were used.
    pub(crate) role_arn: Option<&'a str>,
}

impl BucketReader<'_> {
    /// Where the request goes, and whose bucket it must be.
    fn options(self) -> String {
        let region = self.region.map(|region| format!(" --region {region}"));
        let owner = self.owner.map(|owner| format!(" --expected-bucket-owner {owner}"));
        region.unwrap_or_default() + &owner.unwrap_or_default()
    }
}

/// Reads the head of the same object again: of the same version, where the bucket has versions.
pub(crate) fn head_object(sample: &SampleLine, reader: BucketReader<'_>) -> String {
    let mut input =
        vec![("--bucket", "Bucket", sample.bucket.as_str()), ("--key", "Key", &sample.object_key)];
    input.extend(sample.version_id.as_deref().map(|id| ("--version-id", "VersionId", id)));
    let (input, options) = (arguments(&input), reader.options());
    format!("aws s3api head-object {input}{options} --output json")
}

/// Lists the same log objects again and hashes their keys. Bytes decide what comes before: S3 sorts so,
/// too.
pub(crate) fn list_objects(cluster: &SampledClusterLine, reader: BucketReader<'_>) -> String {
    let input = arguments(&[
        ("--bucket", "Bucket", &cluster.bucket),
        ("--prefix", "Prefix", &cluster.prefix),
        ("--start-after", "StartAfter", &cluster.start_after),
    ]);
    let (options, names) = (reader.options(), quoted(&names(cluster)));
    // In awk a backslash in a variable's text would begin an escape; the environment is taken as is.
    let before = quoted(&cluster.before);
    format!(
        "aws s3api list-objects-v2 {input}{options} --query 'Contents[].[Key]' --output text \
         | LC_ALL=C grep -E {names} | BEFORE={before} LC_ALL=C awk '$0 < ENVIRON[\"BEFORE\"]' \
         | sha256sum"
    )
}

/// The extended regular expression of the cluster's log objects: nothing else in the folder counts.
fn names(cluster: &SampledClusterLine) -> String {
    let SampledClusterLine { account_id, region, day, prefix, .. } = cluster;
    let folder = if day.is_some() { "" } else { "[0-9]{4}/[0-9]{2}/[0-9]{2}/" };
    format!(
        "^{}{folder}{account_id}_CloudTrail_{region}_[0-9]{{8}}T[0-9]{{4}}Z_[0-9A-Za-z]{{16}}[.]json[.]gz$",
        literal(prefix)
    )
}

/// An extended regular expression that matches this text alone.
fn literal(text: &str) -> String {
    let escaped = |letter: char| match letter {
        '^' | '\\' => format!("\\{letter}"),
        '.' | '[' | '*' | '+' | '?' | '$' | '(' | ')' | '{' | '|' => format!("[{letter}]"),
        _ => letter.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// The input of a command: each with its option, its name in AWS's model, and its value.
///
/// The CLI takes `file://…` and the like for the name of a file or page to read the value from, unless
/// the value is in JSON.
///
/// Source: AWS CLI user guide, "Loading a parameter from a file".
fn arguments(input: &[(&str, &str, &str)]) -> String {
    let is_loaded = |value: &str| {
        ["file://", "fileb://", "http://", "https://"].iter().any(|start| value.starts_with(start))
    };
    if input.iter().any(|(.., value)| is_loaded(value)) {
        let members = input.iter().map(|(_, name, value)| ((*name).to_owned(), json!(value)));
        let object = serde_json::Value::Object(members.collect());
        return format!("--cli-input-json {}", quoted(&object.to_string()));
    }
    let option = |(option, _, value): &(&str, &str, &str)| {
        // A value of its own that begins like an option would be one.
        let separator = if value.starts_with('-') { '=' } else { ' ' };
        format!("{option}{separator}{}", quoted(value))
    };
    input.iter().map(option).collect::<Vec<_>>().join(" ")
}

/// One word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use trailseal_record::fixture;

    use super::*;

    const READER: BucketReader<'_> = BucketReader { owner: None, region: None, role_arn: None };

    /// What a shell passes to the AWS CLI, whose place a function takes.
    #[cfg(unix)]
    fn passed(command: &str) -> Vec<String> {
        let script = format!("aws() {{ for word; do printf '%s\\0' \"$word\"; done; }}\n{command}");
        let output = Command::new("/bin/sh").args(["-c", &script]).output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    #[test]
    fn a_shell_reads_every_text_as_one_word() {
        for (text, expected) in
            [("a b+c", "'a b+c'"), ("it's", r"'it'\''s'"), ("$(x)`y`\\", r"'$(x)`y`\'"), ("", "''")]
        {
            assert_eq!(quoted(text), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn hostile_keys_arrive_as_they_are() {
        let keys = [
            "it's",
            "a b'c",
            "$(touch /tmp/x)`id`\\",
            "two\nlines\r\n",
            "*?[a-z]~{1,2}!#&|;<>\"",
            "\t\u{202e}مرحبا🦭",
        ];
        for key in keys {
            let mut sample = fixture::sample(&fixture::trail_arn(1, "audit"));
            (sample.object_key, sample.version_id) = (key.to_owned(), Some(key.to_owned()));
            let words = passed(&head_object(&sample, READER));
            let expected = [
                "s3api",
                "head-object",
                "--bucket",
                "logs-1",
                "--key",
                key,
                "--version-id",
                key,
                "--output",
                "json",
            ];
            assert_eq!(words, expected, "{key:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_the_cli_would_take_for_something_else_is_still_a_key() {
        let mut sample = fixture::sample(&fixture::trail_arn(1, "audit"));
        sample.object_key = "--no-sign-request".to_owned();
        assert!(passed(&head_object(&sample, READER)).contains(&"--key=--no-sign-request".into()));
        for key in ["file:///etc/passwd", "fileb://x", "https://example.com/'x'"] {
            key.clone_into(&mut sample.object_key);
            let words = passed(&head_object(&sample, READER));
            assert_eq!(words[2], "--cli-input-json");
            let input: serde_json::Value = serde_json::from_str(&words[3]).unwrap();
            assert_eq!(input, json!({"Bucket": "logs-1", "Key": key}));
        }
    }

    /// What the command of a cluster hashes of a listing: the text that `sha256sum` receives.
    #[cfg(unix)]
    fn hashed(cluster: &SampledClusterLine, listed: &[&str]) -> String {
        let listing = quoted(&listed.join("\n"));
        let command = list_objects(cluster, READER);
        let script =
            format!("aws() {{ printf '%s\\n' {listing}; }}\nsha256sum() {{ cat; }}\n{command}");
        let output = Command::new("/bin/sh").args(["-c", &script]).output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn a_cluster_s_command_hashes_its_log_objects_and_nothing_else() {
        let cluster = fixture::cluster(&fixture::trail_arn(1, "audit"));
        let name = |minute: &str| {
            let SampledClusterLine { prefix, .. } = &cluster;
            format!(
                "{prefix}000000000002_CloudTrail_us-east-1_20261119T{minute}Z_abcdefghijKLMN01.json.gz"
            )
        };
        let (first, second) = (name("0005"), name("2359"));
        let foreign = [
            "None".to_owned(),
            format!("{}notes.txt", cluster.prefix),
            format!("{}sub/{}", cluster.prefix, first.rsplit('/').next().unwrap()),
            name("0005").replace("us-east-1_2026", "eu-west-1_2026"),
            name("0005").replace(".json.gz", "xjson.gz"),
            format!("{}0{}", cluster.before, "x"),
        ];
        let mut listed = vec![first.as_str()];
        listed.extend(foreign.iter().map(String::as_str));
        listed.push(&second);
        assert_eq!(hashed(&cluster, &listed), format!("{first}\n{second}\n"));
        assert_eq!(hashed(&cluster, &["None"]), "", "nothing is listed");
    }

    #[cfg(unix)]
    #[test]
    fn a_hostile_prefix_is_one_text_and_the_end_of_the_window_counts() {
        for prefix in ["it's $HOME\\", "[a]*.+?(b){2}|^c$", "`id`", "مرحبا"] {
            let root = format!("{prefix}/AWSLogs/000000000002/CloudTrail/us-east-1/");
            let name = |day: &str| {
                format!(
                    "{root}2026/11/{day}/000000000002_CloudTrail_us-east-1_202611{day}T0000Z_abcdefghijKLMN01.json.gz"
                )
            };
            let mut cluster = fixture::cluster(&fixture::trail_arn(1, "audit"));
            cluster.day = None;
            cluster.prefix.clone_from(&root);
            cluster.start_after = format!("{root}2026/11/18/000000000002_CloudTrail");
            cluster.before = format!("{root}2026/11/20/000000000002_CloudTrail");
            let (inside, beyond) = (name("19"), name("20"));
            let other = inside.replacen(prefix, "other", 1);
            assert_eq!(hashed(&cluster, &[&inside, &beyond, &other]), format!("{inside}\n"));
        }
    }

    #[test]
    fn the_command_names_the_region_and_the_owner_that_are_known() {
        let reader = BucketReader {
            owner: Some(fixture::id(9)),
            region: Some(fixture::region("eu-west-1")),
            role_arn: None,
        };
        let trail = fixture::trail_arn(1, "audit");
        let options = " --region eu-west-1 --expected-bucket-owner 000000000009 ";
        assert!(head_object(&fixture::sample(&trail), reader).contains(options));
        assert!(list_objects(&fixture::cluster(&trail), reader).contains(options));
        let plain = head_object(&fixture::sample(&trail), READER);
        assert!(!plain.contains("--region") && !plain.contains("--expected"), "{plain}");
    }
}
