//! What follows from the sample of a trail, in plain sentences with their numbers.

use std::fmt::Display;

use trailseal_model::SampleMethod;
use trailseal_record::v1::{SamplingLine, ThresholdsLine};

use crate::sample_tally::SampleTally;

/// Whether nothing deviates and the bound is tolerable; `None` without a bound.
pub(crate) fn is_within_rate(sampling: &SamplingLine, thresholds: &ThresholdsLine) -> Option<bool> {
    let is_clean = sampling.deviations.is_empty();
    sampling.upper_bound.map(|bound| is_clean && bound <= thresholds.tolerable_rate)
}

/// What follows for one trail.
pub(crate) fn conclusion(
    sampling: &SamplingLine,
    tally: SampleTally,
    thresholds: &ThresholdsLine,
) -> String {
    let mut sentences = match sampling.method {
        SampleMethod::Nothing => vec![nothing(sampling).to_owned()],
        SampleMethod::Partial => vec![format!(
            "{} of {} were examined, for other reasons than chance, so they say nothing about \
                 the others.",
            sampling.examined,
            count(sampling.population, "listed log object"),
        )],
        SampleMethod::All | SampleMethod::Random | SampleMethod::Clusters => {
            vec![selected(sampling), read(sampling, tally)]
        }
    };
    sentences.extend(deviating(sampling));
    sentences.extend(bound(sampling, thresholds));
    if sampling.left_population > 0 {
        let older = are(sampling.left_population, "log object");
        sentences.push(format!(
            "{older} older than the last change of encryption or key and {} not counted.",
            if sampling.left_population == 1 { "is" } else { "are" }
        ));
    }
    if !sampling.gap_ids.is_empty() {
        sentences.push("Not everything could be listed or read: see gap_ids.".to_owned());
    }
    sentences.join(" ")
}

const fn nothing(sampling: &SamplingLine) -> &'static str {
    if sampling.population_counted {
        "The window holds no log object of this trail, so nothing is shown about its encryption."
    } else {
        "No log object was examined, so nothing is shown about their encryption."
    }
}

/// How the objects were selected.
fn selected(sampling: &SamplingLine) -> String {
    let objects = count(sampling.selected, "log object");
    let were = if sampling.selected == 1 { "was" } else { "were" };
    match sampling.method {
        SampleMethod::All => {
            format!("The whole window was examined: {objects} {were} selected.")
        }
        SampleMethod::Clusters => format!(
            "{objects} {were} selected, each at random in a randomly drawn account, Region and day."
        ),
        _ => format!("{objects} of {} {were} selected at random.", sampling.eligible),
    }
}

/// What the selected objects show.
fn read(sampling: &SamplingLine, tally: SampleTally) -> String {
    let sealed = format!("{} encrypted with the trail's key", are_of(sampling.sealed));
    let shared = (tally.shared_prefix_key > 0).then(|| {
        format!(
            ", {} of them with the key of another trail that delivers under the same prefix",
            tally.shared_prefix_key
        )
    });
    let unreadable = (sampling.unreadable > 0)
        .then(|| format!(", and {} could not be read", sampling.unreadable));
    format!("{sealed}{}{}.", shared.unwrap_or_default(), unreadable.unwrap_or_default())
}

fn deviating(sampling: &SamplingLine) -> Option<String> {
    let deviations: u32 = sampling.deviations.values().sum();
    let classes = sampling.deviations.iter();
    let classes: Vec<String> = classes.map(|(class, count)| format!("{class}={count}")).collect();
    (deviations > 0).then(|| {
        let verb = if deviations == 1 { "is" } else { "are" };
        let objects = count(deviations, "examined log object");
        format!("{objects} {verb} not encrypted with the trail's key ({}).", classes.join(", "))
    })
}

/// What holds for the objects that were not selected.
fn bound(sampling: &SamplingLine, thresholds: &ThresholdsLine) -> Option<String> {
    let bound = sampling.upper_bound?;
    let share = percent(bound);
    let tolerable = percent(thresholds.tolerable_rate);
    let reach = if bound <= thresholds.tolerable_rate { "within" } else { "above" };
    let statement = match sampling.method {
        SampleMethod::All => {
            format!("At most {share} of the log objects are not encrypted with this key")
        }
        SampleMethod::Clusters => format!(
            "With {} confidence, at most {share} of the log objects are not encrypted with this key, \
             where each account, Region and day that holds log objects weighs the same",
            percent(thresholds.confidence)
        ),
        _ => format!(
            "With {} confidence, at most {share} of the log objects are not encrypted with this key",
            percent(thresholds.confidence)
        ),
    };
    let end = if sampling.deviations.is_empty() {
        format!("{reach} the tolerable {tolerable}")
    } else {
        "a single deviation fails the trail".to_owned()
    };
    Some(format!("{statement}: {end}."))
}

/// "1 log object is", "2 log objects are".
fn are(number: u32, noun: &str) -> String {
    format!("{} {}", count(number, noun), if number == 1 { "is" } else { "are" })
}

/// "1 of them is", "2 of them are".
fn are_of(number: u32) -> String {
    format!("{number} of them {}", if number == 1 { "is" } else { "are" })
}

fn count(number: impl Display, noun: &str) -> String {
    let number = number.to_string();
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A share in percent, with four decimals at most: the bound has six.
fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}
