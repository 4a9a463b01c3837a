//! What an organization trail does for the organization's members, in sentences.

use trailseal_model::{AccountId, Delivery};
use trailseal_record::v1::{AccountPrefixesLine, MemberStatusLine, MembersLine};

use crate::text::{counted, cut, number};

/// How many members or accounts a sentence names.
const MAX_NAMED: usize = 5;

/// What members receive of the trail; `None` where none was asked.
pub(crate) fn delivery(line: &MembersLine) -> Option<String> {
    if line.asked == 0 {
        return None;
    }
    let count = |it: &Delivery| line.counts.get(it).copied().unwrap_or_default();
    let kinds = Delivery::ALL.iter().filter(|it| count(it) > 0);
    let kinds: Vec<String> =
        kinds.map(|it| format!("{} {}", label(*it), number(count(it)))).collect();
    let mut text = format!("{}: {}", counted(line.asked, "request", "requests"), kinds.join(", "));
    if line.not_asked > 0 {
        text.push_str("; not asked in ");
        text.push_str(&number(line.not_asked));
        text.push_str(" more places, because AWS shows members nothing of this trail");
    }
    let places: Vec<String> = line.places.iter().take(MAX_NAMED).map(place).collect();
    if !places.is_empty() {
        text.push_str("; such as ");
        text.push_str(&places.join(", "));
    }
    Some(text)
}

fn place(line: &MemberStatusLine) -> String {
    let error = line.latest_delivery_error.as_deref();
    let error = error.map(|it| format!(" ({})", cut(it))).unwrap_or_default();
    format!("{} in {}: {}{error}", line.account_id, line.region, label(line.delivery))
}

const fn label(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Delivering => "delivering",
        Delivery::NotTold => "not shown by AWS",
        Delivery::Stale => "nothing for a day",
        Delivery::Never => "nothing ever",
        Delivery::Contradicted => "an error beside a delivery",
        Delivery::Unread => "not read",
        Delivery::Error => "delivery error",
        Delivery::NotLogging => "not logging",
    }
}

/// Whose folders are in the bucket.
pub(crate) fn folders(line: &AccountPrefixesLine) -> String {
    let accounts = number(u64::from(line.found));
    let mut text = format!("folders of {accounts} listed accounts");
    if !line.is_whole {
        text.push_str("; not all folders could be listed");
    } else if line.without.is_empty() {
        text.push_str("; every account in use has one");
    } else {
        text.push_str("; no folder of ");
        text.push_str(&named(&line.without));
        text.push_str(" (accounts.csv says whether logs are expected of them)");
    }
    if !line.unlisted.is_empty() {
        text.push_str("; folders of accounts that are not in the list of accounts: ");
        text.push_str(&named(&line.unlisted));
    }
    text
}

fn named(accounts: &[AccountId]) -> String {
    let mut text =
        accounts.iter().take(MAX_NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if accounts.len() > MAX_NAMED {
        text.push_str(" and ");
        text.push_str(&number((accounts.len() - MAX_NAMED) as u64));
        text.push_str(" more");
    }
    text
}

#[cfg(test)]
mod tests {
    use trailseal_record::fixture;

    use super::*;

    #[test]
    fn members_are_counted_and_the_first_ones_named() {
        let place = |account: u64, delivery: Delivery, error: Option<&str>| MemberStatusLine {
            account_id: fixture::id(account),
            region: fixture::region("eu-west-1"),
            delivery,
            is_logging: Some(true),
            latest_delivery: None,
            latest_delivery_error: error.map(str::to_owned),
            latest_attempt: None,
            latest_success: None,
            gap_id: None,
        };
        let line = MembersLine {
            asked: 1200,
            not_asked: 0,
            counts: [(Delivery::Delivering, 1198), (Delivery::Stale, 1), (Delivery::Error, 1)]
                .into(),
            places: vec![place(2, Delivery::Error, Some("<b>")), place(1, Delivery::Stale, None)],
        };
        assert_eq!(
            delivery(&line).unwrap(),
            "1,200 requests: delivering 1,198, nothing for a day 1, delivery error 1; such as 000000000002 in eu-west-1: delivery error (<b>), 000000000001 in eu-west-1: nothing for a day"
        );
        assert_eq!(delivery(&MembersLine::default()), None);
    }

    #[test]
    fn folders_say_who_has_none_and_whose_are_not_listed() {
        let accounts = |count: u64| (1..=count).map(fixture::id).collect();
        let line = |without, unlisted, is_whole| AccountPrefixesLine {
            root: "AWSLogs/o-1/".to_owned(),
            found: 3,
            without: accounts(without),
            unlisted: accounts(unlisted),
            others: 0,
            lists: 1,
            is_whole,
            gap_id: None,
        };
        let all = folders(&line(0, 0, true));
        assert_eq!(all, "folders of 3 listed accounts; every account in use has one");
        assert!(folders(&line(0, 0, false)).contains("not all folders could be listed"));
        assert!(folders(&line(7, 0, true)).contains("000000000005 and 2 more (accounts.csv"));
        assert!(folders(&line(0, 1, true)).contains("are not in the list of accounts: 0000"));
    }
}
