//! The command of the AWS CLI that does again what stands in a row.

use trailseal_model::record::v1::{SampleLine, SampledCellLine};

/// Looks at the same object again: the same version, where the bucket has versions.
pub(crate) fn head_object(it: &SampleLine) -> String {
    let (bucket, key) = (quoted(&it.bucket), quoted(&it.object_key));
    let version = it.version_id.as_deref().map(|it| format!(" --version-id {}", quoted(it)));
    let version = version.unwrap_or_default();
    format!("aws s3api head-object --bucket {bucket} --key {key}{version}")
}

/// Lists the same keys again and hashes them. Where nothing but log objects lies among them, the
/// hash is that of the row. Bytes decide what comes before: S3 sorts so, too.
pub(crate) fn list_objects(it: &SampledCellLine) -> String {
    let (bucket, prefix, start) = (quoted(&it.bucket), quoted(&it.prefix), quoted(&it.start_after));
    let list = format!(
        "aws s3api list-objects-v2 --bucket {bucket} --prefix {prefix} --start-after {start}"
    );
    // In awk a backslash in a variable's text would begin an escape; the environment is taken as is.
    let before = quoted(&it.before);
    format!(
        "{list} --query 'Contents[].[Key]' --output text | BEFORE={before} LC_ALL=C awk '$0 < ENVIRON[\"BEFORE\"]' | sha256sum"
    )
}

/// One word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_every_text_as_one_word() {
        for (text, expected) in
            [("a b+c", "'a b+c'"), ("it's", r"'it'\''s'"), ("$(x)`y`\\", r"'$(x)`y`\'"), ("", "''")]
        {
            assert_eq!(quoted(text), expected);
        }
    }
}
