//! Which run a journal belongs to.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use trailseal_model::{AccountId, Partition};

use crate::error::{JournalError, cause_of};
use crate::folder::{MANIFEST, UNFINISHED_MANIFEST, open_regular, write_whole};
use crate::layout::{FormatVersion, ManifestHash};

/// Bytes of the largest manifest that is read: it holds the texts of input files.
const MAX_MANIFEST: u64 = 64 << 20;

/// What a run is: who asks, whom, and with which settings. It is written once and never changes, and
/// holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunManifest {
    /// The format of the journal.
    pub format: FormatVersion,
    /// The version of the program that began the run.
    pub tool_version: String,
    /// The run's id.
    pub run_id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// The simulation that answers, where it is not AWS.
    #[serde(default)]
    pub simulation: Option<String>,
    /// Endpoints that are not AWS's own, as in the record.
    #[serde(default)]
    pub endpoints: Vec<String>,
    /// The caller's ARN.
    pub caller_arn: String,
    /// The caller's account.
    pub caller_account: AccountId,
    /// The partition.
    pub partition: Partition,
    /// The seed of the random samples.
    pub seed: u64,
    /// The arguments of the command line.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// The settings that decide what is asked: they must match when the run is continued.
    #[serde(default)]
    pub asked: BTreeMap<String, String>,
    /// The settings that decide how answers are judged.
    #[serde(default)]
    pub judged: BTreeMap<String, String>,
    /// The settings that decide how the run goes.
    #[serde(default)]
    pub run: BTreeMap<String, String>,
    /// The texts of the files that settings name, by setting.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// The SHA-256 of the configuration file. Its text is kept nowhere, because it may hold secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration_sha256: Option<String>,
}

/// What is between the manifest and its checksum, which ends the file. The checksum is of everything
/// before this.
const CHECKSUM: &str = ",\n  \"sha256\": \"";
const CLOSING: &str = "\"\n}\n";

/// The part of any version's manifest.
#[derive(Deserialize)]
struct Versioned {
    format: FormatVersion,
}

impl RunManifest {
    /// The file's text, and the hash that the segments hold.
    pub(crate) fn to_text(&self) -> (String, ManifestHash) {
        let json = serde_json::to_string_pretty(self).expect("a manifest has JSON");
        let body = json.strip_suffix("\n}").unwrap_or(&json);
        let hash: ManifestHash = Sha256::digest(body.as_bytes()).into();
        (format!("{body}{CHECKSUM}{}{CLOSING}", hex(&hash)), hash)
    }

    /// Writes it to a folder that has none.
    pub(crate) fn write(&self, folder: &Path) -> Result<ManifestHash, JournalError> {
        let (text, hash) = self.to_text();
        write_whole(folder, MANIFEST, UNFINISHED_MANIFEST, &text)
            .map_err(|error| JournalError::of_io(&folder.join(MANIFEST), "written", &error))?;
        Ok(hash)
    }

    /// Reads the manifest of a journal's folder.
    ///
    /// # Errors
    /// If the folder has none, a damaged one, or one of another major version.
    pub fn read(folder: &Path) -> Result<Self, JournalError> {
        match Self::read_hashed(folder)? {
            Some((manifest, _)) => Ok(manifest),
            None => Err(JournalError::NotAJournal {
                path: folder.to_owned(),
                why: format!("it has no {MANIFEST}"),
            }),
        }
    }

    /// Reads the manifest of a folder with its hash; `None` if it has none.
    pub(crate) fn read_hashed(folder: &Path) -> Result<Option<(Self, ManifestHash)>, JournalError> {
        let path = folder.join(MANIFEST);
        let io = |error: &std::io::Error| JournalError::of_io(&path, "read", error);
        match std::fs::symlink_metadata(&path) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(&error)),
        }
        let mut bytes = Vec::new();
        let file = open_regular(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidInput => {
                JournalError::DamagedManifest { path: path.clone(), why: cause_of(&error) }
            }
            _ => io(&error),
        })?;
        file.take(MAX_MANIFEST + 1).read_to_end(&mut bytes).map_err(|error| io(&error))?;
        Self::parse(&bytes, &path).map(Some)
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<(Self, ManifestHash), JournalError> {
        let damaged = |why: &str| JournalError::DamagedManifest {
            path: path.to_owned(),
            why: why.to_owned(),
        };
        if bytes.len() as u64 > MAX_MANIFEST {
            return Err(damaged("it is larger than any manifest"));
        }
        // The version first: another one may have another checksum.
        let version = serde_json::from_slice::<Versioned>(bytes).ok().map(|it| it.format);
        if let Some(found) = version
            && found.major != FormatVersion::CURRENT.major
        {
            return Err(JournalError::OtherVersion { path: path.to_owned(), found });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8"))?;
        let (body, rest) =
            text.rsplit_once(CHECKSUM).ok_or_else(|| damaged("it is cut off or was edited"))?;
        let hash: ManifestHash = Sha256::digest(body.as_bytes()).into();
        if rest.strip_suffix(CLOSING) != Some(&hex(&hash)) {
            return Err(damaged("its checksum does not match, so it is cut off or was edited"));
        }
        let manifest = serde_json::from_str(text)
            .map_err(|_| damaged("it lacks something that this program needs"))?;
        Ok((manifest, hash))
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
