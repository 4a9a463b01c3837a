//! Copies of a good file, each with one thing wrong, and who must notice.

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Microsoft's sarif-multitool, by its name in complaints.
pub(super) const MULTITOOL: &str = "multitool";
/// The JSON schema of OASIS.
pub(super) const SCHEMA: &str = "schema";
/// What GitHub documents as required.
pub(super) const GITHUB: &str = "github";

/// One thing that is wrong.
pub(super) struct Falsification {
    pub(super) name: &'static str,
    /// A JSON pointer below the run.
    pointer: &'static str,
    /// What is there instead; `None`: nothing.
    value: fn() -> Option<Value>,
    /// The judges that must reject it.
    pub(super) rejected_by: &'static [&'static str],
}

const URI: &str = "/results/1/locations/0/physicalLocation/artifactLocation/uri";

/// What is wrong in any file, also without results.
pub(super) const ANYWHERE: Falsification = Falsification {
    name: "empty-description",
    pointer: "/tool/driver/rules/0/shortDescription/text",
    value: || Some(json!("")),
    rejected_by: &[MULTITOOL, GITHUB],
};

/// What each judge is tried with.
pub(super) const FALSIFICATIONS: &[Falsification] = &[
    Falsification {
        name: "no-message",
        pointer: "/results/1/message",
        value: || None,
        rejected_by: &[MULTITOOL, SCHEMA, GITHUB],
    },
    Falsification {
        name: "empty-message",
        pointer: "/results/1/message",
        value: || Some(json!({ "text": "" })),
        rejected_by: &[MULTITOOL, GITHUB],
    },
    Falsification {
        name: "arn-for-a-path",
        pointer: URI,
        value: || Some(json!("arn:aws:cloudtrail:us-east-1:000000000001:trail/main")),
        rejected_by: &[MULTITOOL, GITHUB],
    },
    Falsification {
        name: "absolute-path",
        pointer: URI,
        value: || Some(json!("/aws/000000000001/account.json")),
        rejected_by: &[MULTITOOL, GITHUB],
    },
    Falsification {
        name: "file-uri",
        pointer: URI,
        value: || Some(json!("file:///aws/000000000001/account.json")),
        rejected_by: &[MULTITOOL, GITHUB],
    },
    Falsification {
        name: "empty-path",
        pointer: URI,
        value: || Some(json!("")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "wrong-level",
        pointer: "/results/1/level",
        value: || Some(json!("high")),
        rejected_by: &[SCHEMA],
    },
    Falsification {
        name: "pass",
        pointer: "/results/1/kind",
        value: || Some(json!("pass")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "suppressed",
        pointer: "/results/1/suppressions",
        value: || Some(json!([{ "kind": "external", "status": "accepted" }])),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "wrong-kind",
        pointer: "/results/1/kind",
        value: || Some(json!("notapplicable")),
        rejected_by: &[SCHEMA, GITHUB],
    },
    Falsification {
        name: "no-region",
        pointer: "/results/1/locations/0/physicalLocation/region",
        value: || None,
        rejected_by: &[MULTITOOL, GITHUB],
    },
    Falsification {
        name: "score-as-number",
        pointer: "/tool/driver/rules/0/properties/security-severity",
        value: || Some(json!(8.0)),
        rejected_by: &[GITHUB],
    },
    ANYWHERE,
    Falsification {
        name: "scope-above-failures",
        pointer: "/tool/driver/rules/14/properties/security-severity",
        value: || Some(json!("6.0")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "help-without-fix",
        pointer: "/tool/driver/rules/0/help/text",
        value: || Some(json!("The trail has a KMS key.")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "no-information-uri",
        pointer: "/tool/driver/informationUri",
        value: || None,
        rejected_by: &[MULTITOOL, GITHUB],
    },
    Falsification {
        name: "no-semantic-version",
        pointer: "/tool/driver/semanticVersion",
        value: || Some(json!("today's")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "template-of-another-message",
        pointer: "/results/1/message/id",
        value: || Some(json!("none")),
        rejected_by: &[MULTITOOL],
    },
    Falsification {
        name: "finding-lost",
        pointer: "/results/1/properties/findings",
        value: || Some(json!([])),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "empty-fingerprint",
        pointer: "/results/1/partialFingerprints/primaryLocationLineHash",
        value: || Some(json!("")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "scope-without-category",
        pointer: "/properties/scope",
        value: || Some(json!("scoped")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "aws-for-other-endpoints",
        pointer: "/automationDetails/id",
        value: || Some(json!("trailseal/other-endpoints/o-1/1")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "category-without-scope",
        pointer: "/automationDetails/id",
        value: || Some(json!("trailseal/o-example0001/scope-0123abcd/run")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "self-declared-without-banner",
        pointer: "/properties/population_source",
        value: || Some(json!("accounts_file")),
        rejected_by: &[GITHUB],
    },
    Falsification {
        name: "unsuccessful",
        pointer: "/invocations/0/executionSuccessful",
        value: || Some(json!(false)),
        rejected_by: &[GITHUB],
    },
];

impl Falsification {
    /// Falsifies a log of one run.
    pub(super) fn apply(&self, log: &mut Value) -> Result<()> {
        let (parent, field) = self.pointer.rsplit_once('/').context("a pointer has a `/`")?;
        let parent = log["runs"][0]
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .with_context(|| format!("nothing at {}", self.pointer))?;
        match (self.value)() {
            Some(value) => parent.insert(field.to_owned(), value),
            None => parent.remove(field),
        };
        Ok(())
    }
}
