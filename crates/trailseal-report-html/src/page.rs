//! The page: what the templates show.

use std::io::{self, Write};

use askama::Template;
use trailseal_record::v1::RunLine;

use crate::accounts::{self, Accounts};
use crate::banners::{Banner, banners};
use crate::causes::{self, Causes};
use crate::coverage::{self, Coverage};
use crate::exceptions::{self, Exceptions};
use crate::findings::{self, Findings};
use crate::gaps::{GapKind, Gaps};
use crate::headline::Headline;
use crate::inventory::{self, KeyRow, Store};
use crate::lists::Names;
use crate::method::{self, Reconciliation};
use crate::ranked::Shown;
use crate::text::{self, when};
use crate::trails::{self, Trails};
use crate::{style, trail};

/// The sections, before they are put together.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) run: RunLine,
    pub(crate) names: Names,
    pub(crate) accounts: Accounts,
    pub(crate) coverage: Coverage,
    pub(crate) exceptions: Exceptions,
    pub(crate) causes: Causes,
    pub(crate) gaps: Gaps,
    pub(crate) gap_kinds: Vec<GapKind>,
    pub(crate) findings: Findings,
    pub(crate) trails: Trails,
    pub(crate) keys: Shown<KeyRow>,
    pub(crate) stores: Shown<Store>,
}

/// Everything that is on the page.
#[derive(Debug, Template)]
#[template(path = "page.html")]
pub(crate) struct Page {
    style: &'static str,
    policy: String,
    headline: Headline,
    organization: String,
    as_of: String,
    banners: Vec<Banner>,
    causes: Causes,
    accounts: Accounts,
    coverage: Coverage,
    exceptions: Exceptions,
    gap_total: u64,
    gaps: Vec<GapKind>,
    findings: Findings,
    trails: Trails,
    keys: Shown<KeyRow>,
    stores: Shown<Store>,
    provenance: Vec<(&'static str, String)>,
    reconciliation: Vec<Reconciliation>,
    thresholds: Vec<(&'static str, String, &'static str)>,
    settings: Vec<(String, String)>,
    call_total: String,
    calls: Vec<(String, String)>,
    command: String,
    run: RunLine,
}

impl Page {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            run,
            names,
            accounts,
            coverage,
            exceptions,
            causes,
            gaps,
            gap_kinds,
            findings,
            trails,
            keys,
            stores,
        } = parts;
        let reconciliation =
            method::reconcile(&run, &accounts, &coverage, &trails, &findings, &gaps);
        let banners = banners(&run, &coverage, &findings, &exceptions, &reconciliation, &names);
        let (call_total, calls) = method::calls(&run);
        let organization = match &run.organization_id {
            Some(id) => format!("Organization {}", text::cut(id)),
            None => format!("Account {}", run.caller_account_id),
        };
        Self {
            style: style::STYLE,
            policy: style::policy(),
            headline: Headline::of(&run, &trails, &accounts, &findings, &banners),
            banners,
            organization,
            as_of: when(run.as_of),
            gap_total: gaps.total,
            gaps: gap_kinds,
            causes,
            provenance: method::provenance(&run),
            thresholds: method::thresholds(&run.thresholds),
            settings: method::settings(&run),
            command: method::command(&run),
            reconciliation,
            call_total,
            calls,
            accounts,
            coverage,
            exceptions,
            findings,
            trails,
            keys,
            stores,
            run,
        }
    }

    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_into(out)
    }
}
