//! `trailseal explain`: what a control checks, why, and how to fix it.

use clap::Args;
use trailseal_model::ControlId;
use trailseal_report_sarif::control_page;

use super::Outcome;
use crate::cli::help;
use crate::error::UserError;
use crate::suggest::did_you_mean;

/// The flags of `explain`.
#[derive(Debug, Args)]
#[command(after_long_help = help::EXPLAIN)]
pub(crate) struct ExplainArgs {
    /// Id of the control, such as key-usable
    control: String,
}

/// Finds the page of the control with this id.
pub(crate) fn run(args: &ExplainArgs) -> Result<Outcome, UserError> {
    let id = &args.control;
    let control = id.parse::<ControlId>().ok().ok_or_else(|| {
        let known: Vec<&str> = ControlId::ALL.iter().map(|it| it.as_str()).collect();
        let near = did_you_mean(id, known.iter().copied());
        UserError::usage(
            format!("unknown control `{id}`{near}"),
            format!("the controls are {}", known.join(", ")),
        )
    })?;
    Ok(Outcome::result(control_page(control)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(id: &str) -> Result<String, UserError> {
        let outcome = run(&ExplainArgs { control: id.to_owned() })?;
        Ok(String::from_utf8(outcome.result).unwrap())
    }

    #[test]
    fn every_control_is_explained_and_every_judged_one_has_its_page() {
        for id in ControlId::ALL {
            let text = explained(id.as_str()).unwrap();
            assert!(text.contains(id.as_str()), "{id}");
            assert!(text.starts_with("# "), "{id}");
            assert!(id.entry().is_built, "{id}: its page is there, so it is judged");
        }
    }

    #[test]
    fn an_unknown_control_is_answered_with_the_known_ones() {
        let error = explained("key-usble").unwrap_err().to_string();
        assert!(error.contains("did you mean `key-usable`?"), "{error}");
    }
}
