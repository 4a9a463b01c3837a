//! The journal of a run: which answers it has already, and where the new ones go.

use std::collections::BTreeSet;
use std::sync::Arc;

use trailseal_journal::{
    AskAgain, EndReason, Journal, JournalError, Journaled, RunManifest, Writer,
};
use trailseal_model::question::ListAccounts;
use trailseal_model::{
    AccountId, AccountsListed, Answers, AnyAnswer, AnyQuestion, AnyResult, GapClass, Operation,
};

use super::Scan;
use super::folder::RunFolder;
use super::manifest::unreadable;
use super::progress::Progress;
use crate::error::UserError;
use crate::terminal;

/// What becomes of a scan's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeepJournal {
    /// None is written.
    Never,
    /// It is removed when the scan ends with everything read.
    UntilDone,
    /// It stays.
    Always,
}

/// The journal of a run.
#[derive(Debug, Clone)]
pub(super) struct Journaling {
    kept: Option<Arc<Journal>>,
    writer: Option<Arc<Writer>>,
    ask_again: Vec<GapClass>,
}

impl Journaling {
    /// Begins the journal in a folder, or goes on with the one that is there.
    pub(super) fn begin(
        scan: &Scan,
        folder: Option<&RunFolder>,
        manifest: &RunManifest,
    ) -> Result<Self, UserError> {
        let ask_again = scan.ask_again.clone();
        let Some(folder) = folder.filter(|_| scan.keep_journal != KeepJournal::Never) else {
            return Ok(Self { kept: None, writer: None, ask_again });
        };
        let path = folder.journal();
        let kept = scan.resume.as_ref().map(|_| Journal::read(&path)).transpose();
        let kept = kept.map_err(|problem| unreadable(&problem))?;
        let writer = Writer::begin(&path, manifest).map_err(|problem| {
            if scan.resume.is_none() {
                // What was begun is of no use, and would look like a scan that can be continued.
                let _ = folder.remove_journal();
            }
            unreadable(&problem)
        })?;
        Ok(Self { kept: kept.map(Arc::new), writer: Some(Arc::new(writer)), ask_again })
    }

    /// Puts the journal before what answers.
    pub(super) fn before<A: Answers>(&self, inner: A) -> Journaled<A> {
        let ask_again = AskAgain::when_continued(&[Operation::ListAccounts], &self.ask_again);
        Journaled::new(inner, self.kept.clone(), self.writer.clone(), ask_again)
    }

    /// Says what in the journal cannot be taken, and, where progress is shown, what is.
    pub(super) fn describe(&self, progress: Progress) {
        let Some(kept) = &self.kept else { return };
        for damage in kept.damages() {
            terminal::warning(format_args!("{damage}; what was in it is asked again"));
        }
        if progress == Progress::Quiet {
            return;
        }
        let answers = kept.len();
        let plural = if answers == 1 { "" } else { "s" };
        terminal::line(format_args!(
            "continuing scan {} with {answers} answer{plural} of its journal",
            kept.manifest().run_id
        ));
    }

    /// The list of accounts in the journal, if it has one.
    pub(super) fn accounts(&self) -> Option<AccountsListed> {
        let answer = self.kept.as_ref()?.get(&ListAccounts.into())?.ok()?;
        accounts(&Ok(answer)).cloned()
    }

    /// Keeps an answer that was asked for beside the journal.
    pub(super) async fn keep(&self, question: &AnyQuestion, result: &AnyResult) {
        if let Some(writer) = &self.writer {
            writer.append(question, result).await;
        }
    }

    /// Ready when answers cannot be kept any more.
    pub(super) async fn failed(&self) -> JournalError {
        match &self.writer {
            Some(writer) => writer.failed().await,
            None => std::future::pending().await,
        }
    }

    /// Writes down what is still on its way, and why the journal ends.
    pub(super) fn seal(&self, why: EndReason) -> Result<(), JournalError> {
        self.writer.as_ref().map_or(Ok(()), |writer| writer.seal(why))
    }

    /// Whether a scan that ends now can be continued.
    pub(super) const fn is_kept(&self) -> bool {
        self.writer.is_some()
    }
}

/// The list of accounts in an answer.
pub(super) fn accounts(result: &AnyResult) -> Option<&AccountsListed> {
    match &result.as_ref().ok()?.value {
        AnyAnswer::ListAccounts(listed) => Some(listed),
        _ => None,
    }
}

/// Refuses another organization than the journal's; says which accounts are new, and which are closed.
pub(super) fn compare(before: &AccountsListed, now: &AccountsListed) -> Result<(), UserError> {
    if let (Some(was), Some(is)) = (&before.organization, &now.organization)
        && was.id != is.id
    {
        return Err(UserError::usage(
            format!("the scan started in organization {}, but the caller is in {}", was.id, is.id),
            "use credentials of that organization, or start a new scan in another folder",
        ));
    }
    let in_use = |listed: &AccountsListed| -> BTreeSet<AccountId> {
        let accounts = listed.accounts.iter().filter(|account| account.state.is_audited());
        accounts.map(|account| account.id).collect()
    };
    // What is missing in a part of a list is neither new nor closed.
    if before.ended_by.is_some() || now.ended_by.is_some() {
        return Ok(());
    }
    let (was, is) = (in_use(before), in_use(now));
    say("created", is.difference(&was));
    say("closed or removed", was.difference(&is));
    Ok(())
}

fn say<'a>(what: &str, accounts: impl Iterator<Item = &'a AccountId>) {
    const NAMED: usize = 10;
    let ids: Vec<String> = accounts.map(ToString::to_string).collect();
    let more = match ids.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = ids.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match ids.len() {
        0 => {}
        1 => terminal::line(format_args!("1 account was {what} since the scan began: {shown}")),
        count => terminal::line(format_args!(
            "{count} accounts were {what} since the scan began: {shown}{more}"
        )),
    }
}
