//! Why no policy can be printed.

/// Why no policy can be printed: what is wrong, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IamError {
    /// A policy is longer than IAM takes.
    #[error("the {document} would have {length} characters, and IAM takes {most}")]
    TooLong {
        /// Which document: `policy` or `trust policy`.
        document: &'static str,
        /// Its characters without whitespace, which IAM does not count.
        length: usize,
        /// The most that IAM takes. Source: IAM user guide, "IAM and AWS STS quotas".
        most: usize,
    },
}
