//! The plan in words, for stdout.

use std::fmt::Write as _;

use trailseal_model::{AccountId, Endpoint, PopulationSource, exit_code};

use super::bounds;
use super::calls::{Calls, Range};
use super::counts::Counts;
use super::missing::Missing;
use super::not_seen::NotSeen;
use super::report::{Conclusions, Plan};
use super::words::{counted, first, grouped};

/// The whole text.
pub(super) fn text(plan: &Plan) -> String {
    let mut text = String::new();
    if let Some(scenario) = &plan.asking.simulation {
        let _ =
            writeln!(text, "SIMULATION: a made-up organization (scenario `{scenario}`) answered");
    }
    for endpoint in Endpoint::foreign(&plan.asking.endpoints) {
        let _ = writeln!(text, "Answers came from {endpoint}, which is not AWS's own endpoint");
    }
    let _ = writeln!(text, "{}", headline(plan));
    let Conclusions { population, missing, not_seen, .. } = &plan.conclusions;
    let _ = write!(text, "\nPopulation\n{}", of_population(population));
    text.push_str(&of_missing(missing, plan));
    text.push_str(&calls(plan));
    text.push_str(&costs(plan));
    let _ = writeln!(text, "\nWhat a scan does not show");
    for NotSeen { text: sentence, .. } in not_seen {
        let _ = writeln!(text, "  {sentence}.");
    }
    let code = plan.exit_code();
    let meaning = match code {
        exit_code::CLEAN => "ready: the plan found nothing missing",
        _ => "something is missing: a scan would be incomplete",
    };
    let _ = writeln!(text, "\nExit code {code}: {meaning}.");
    text
}

/// The one line to read: `organization o-xx, 412 accounts, 398 active, …`.
fn headline(plan: &Plan) -> String {
    let Conclusions { population, estimate, missing, .. } = &plan.conclusions;
    let whose = match (&population.organization, population.source) {
        (Some(id), _) => format!("organization {id}"),
        (None, PopulationSource::StandaloneAccount) => "no organization".to_owned(),
        (None, _) => "organization unknown".to_owned(),
    };
    let active = population.by_state.get("active").copied().unwrap_or_default();
    let unreachable = match population.unreachable.len() as u64 {
        0 => String::new(),
        count => format!(", {} unreachable ({})", grouped(count), named(&population.unreachable)),
    };
    let lacks = match missing.len() as u64 {
        0 => "nothing is missing".to_owned(),
        1 => "1 thing is missing".to_owned(),
        count => format!("{} things are missing", grouped(count)),
    };
    format!(
        "{whose}, {}, {} active, {} ok{unreachable}, about {} calls, {} at {}, {} for requests to \
         S3; {lacks}",
        counted(population.listed, "account"),
        grouped(active),
        counted(population.roles_ok, "role"),
        grouped(rounded(estimate.total.about)),
        about_time(estimate.seconds.about),
        share(plan.asking.rate_share.get()),
        about_usd(estimate.usd.about),
    )
}

/// To two digits, for a number that is only known about.
fn rounded(number: u64) -> u64 {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    (number + unit / 2) / unit * unit
}

fn share(share: f64) -> String {
    if share >= 1.0 {
        "the published quotas".to_owned()
    } else if (share - 0.5).abs() < f64::EPSILON {
        "half of the published quotas".to_owned()
    } else {
        format!("{share} of the published quotas")
    }
}

/// Seconds below two minutes, else minutes; always rounded up.
fn time(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time is not negative, and too large a one is shown as the largest"
    )]
    let whole = seconds.ceil().max(1.0) as u64;
    if whole < 120 { counted(whole, "second") } else { counted(whole.div_ceil(60), "minute") }
}

fn about_time(seconds: f64) -> String {
    format!("about {}", time(seconds))
}

fn usd(usd: f64) -> String {
    if usd < 0.01 { "less than 0.01 USD".to_owned() } else { format!("{usd:.2} USD") }
}

fn about_usd(amount: f64) -> String {
    let shown = usd(amount);
    if shown.starts_with("less") { shown } else { format!("about {shown}") }
}

fn named(accounts: &[(AccountId, String)]) -> String {
    let names: Vec<String> = accounts
        .iter()
        .map(|(id, name)| if name.is_empty() { id.to_string() } else { format!("{name} {id}") })
        .collect();
    first(&names)
}

fn of_population(population: &Counts) -> String {
    let states: Vec<String> = population
        .by_state
        .iter()
        .map(|(state, count)| format!("{} {}", grouped(*count), state.replace('_', " ")))
        .collect();
    let source = match population.source {
        PopulationSource::Organizations => "listed by Organizations",
        PopulationSource::StandaloneAccount => "which is in no organization",
        PopulationSource::AccountsFile => "of the file of accounts",
    };
    let mut text = String::new();
    let _ = writeln!(
        text,
        "  {} {source}: {}",
        counted(population.listed, "account"),
        states.join(", ")
    );
    let _ = writeln!(
        text,
        "  {} in use and in scope, {} excluded; {} to read (account x Region)",
        grouped(population.in_scope),
        grouped(population.excluded),
        counted(population.targets, "target")
    );
    let _ = writeln!(
        text,
        "  roles: {} ok, {} not assumable{}",
        grouped(population.roles_ok),
        grouped(population.unreachable.len() as u64),
        match population.unreachable.as_slice() {
            [] => String::new(),
            accounts => format!(": {}", named(accounts)),
        }
    );
    text
}

fn of_missing(missing: &[Missing], plan: &Plan) -> String {
    if missing.is_empty() {
        return "\nMissing\n  nothing\n".to_owned();
    }
    let mut text = "\nMissing\n".to_owned();
    for entry in missing {
        let accounts: Vec<String> = entry.accounts.iter().map(|id| with_name(*id, plan)).collect();
        let place = match accounts.len() as u64 {
            0 => "for the caller".to_owned(),
            count => format!("in {}: {}", counted(count, "account"), first(&accounts)),
        };
        let class = entry.class.as_str().replace('_', " ");
        let _ = writeln!(text, "  {} ({class}) {place}", entry.operation);
        if !entry.message.is_empty() {
            let _ = writeln!(text, "    AWS says: {}", entry.message);
        }
        let _ = writeln!(text, "    To do: {}", entry.what_to_do);
        if let (Some(place), Some(statement)) = (&entry.paste_into, &entry.statement) {
            let _ = writeln!(text, "    Paste into {place}:");
            let statement = serde_json::to_string_pretty(statement).unwrap_or_default();
            for line in statement.lines() {
                let _ = writeln!(text, "      {line}");
            }
        }
    }
    text
}

fn with_name(id: AccountId, plan: &Plan) -> String {
    let accounts = &plan.conclusions.accounts;
    let found = accounts.binary_search_by_key(&id, |account| account.id);
    match found.ok().and_then(|index| accounts.get(index)) {
        Some(account) if !account.name.is_empty() => format!("{} {id}", account.name),
        _ => id.to_string(),
    }
}

fn calls(plan: &Plan) -> String {
    let estimate = &plan.conclusions.estimate;
    let mut text = String::new();
    let _ = writeln!(text, "\n{:<36}{:>12}{:>12}{:>12}", "Calls", "at least", "about", "at most");
    for row in &estimate.operations {
        text.push_str(&call_row(row.operation.as_str(), row.calls));
    }
    text.push_str(&call_row("all together", estimate.total));
    text.push_str(
        "  At most: if every trail, key, bucket and Region that this plan did not read is as full as AWS's\n  \
         quotas allow. Retries after throttles and failures come in addition.\n",
    );
    text
}

fn call_row(name: &str, calls: Calls) -> String {
    let Calls { low, about, high } = calls;
    if calls.is_exact() {
        return format!("  {name:<34}{:>12}{:>12}\n", grouped(low), "exactly");
    }
    format!("  {name:<34}{:>12}{:>12}{:>12}\n", grouped(low), grouped(about), grouped(high))
}

fn costs(plan: &Plan) -> String {
    let estimate = &plan.conclusions.estimate;
    let Range { low, about, high } = estimate.seconds;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "\nTime at {}, {} in flight\n  {} ({} to {}); the quota of {} takes longest",
        share(plan.asking.rate_share.get()),
        counted(u64::from(plan.asking.max_in_flight), "request"),
        about_time(about),
        time(low),
        time(high),
        estimate.slowest,
    );
    let Range { about, high, .. } = estimate.usd;
    let _ = writeln!(
        text,
        "\nS3 requests, billed to the owners of the buckets\n  {} (at most {})\n  list prices \
         of S3 Standard in us-east-1, {} ({}):\n  {} USD for 1,000 ListObjectsV2 or ListBuckets, {} USD for \
         1,000 HeadObject or HeadBucket",
        about_usd(about),
        usd(high),
        bounds::PRICE_SOURCE,
        bounds::PRICE_DATE,
        bounds::USD_FOR_1000_LISTS,
        bounds::USD_FOR_1000_HEADS,
    );
    let _ = writeln!(
        text,
        "\nThis plan made {}, at most {} for an account.",
        counted(plan.asking.calls, "call"),
        plan.conclusions.accounts.iter().map(|account| account.calls).max().unwrap_or_default()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_is_two_digits_and_times_are_rounded_up() {
        let shown = [0, 7, 99, 101, 9_769, 161_512].map(rounded);
        assert_eq!(shown, [0, 7, 99, 100, 9_800, 160_000]);
        let shown = [0.0, 1.2, 119.0, 120.0, 181.0].map(time);
        assert_eq!(shown, ["1 second", "2 seconds", "119 seconds", "2 minutes", "4 minutes"]);
        assert_eq!(about_usd(0.004), "less than 0.01 USD");
        assert_eq!(about_usd(1.5), "about 1.50 USD");
        assert_eq!(share(0.5), "half of the published quotas");
        assert_eq!(share(0.25), "0.25 of the published quotas");
    }
}
