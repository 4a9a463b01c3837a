//! What an organization trail does for the organization's members, in sentences.

use trailseal_model::Delivery;
use trailseal_model::record::v1::{AccountPrefixesLine, MemberStatusLine, MembersLine};

use crate::text::{cut, number};

/// How many members or accounts a sentence names.
const MAX_NAMED: usize = 5;

/// What members are told of the trail; `None` where none was asked.
pub(crate) fn told(line: &MembersLine) -> Option<String> {
    if line.asked == 0 {
        return None;
    }
    let count = |it: &Delivery| line.counts.get(it.as_str()).copied().unwrap_or_default();
    let kinds = Delivery::ALL.iter().filter(|it| count(it) > 0);
    let kinds: Vec<String> =
        kinds.map(|it| format!("{} {}", label(*it), number(count(it)))).collect();
    let mut text = format!("asked {} times: {}", number(line.asked), kinds.join(", "));
    if line.not_asked > 0 {
        text.push_str("; not asked in ");
        text.push_str(&number(line.not_asked));
        text.push_str(" more places, because AWS tells members nothing of this trail");
    }
    let places: Vec<String> = line.places.iter().take(MAX_NAMED).map(place).collect();
    if !places.is_empty() {
        text.push_str("; such as ");
        text.push_str(&places.join(", "));
    }
    Some(text)
}

fn place(line: &MemberStatusLine) -> String {
    let said = line.delivery.parse::<Delivery>().ok().map_or("not known", label);
    let error = line.latest_delivery_error.as_deref();
    let error = error.map(|it| format!(" ({})", cut(it))).unwrap_or_default();
    format!("{} in {}: {said}{error}", cut(&line.account_id), cut(&line.region))
}

const fn label(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Delivering => "delivering",
        Delivery::NotTold => "not told by AWS",
        Delivery::Stale => "nothing for a day",
        Delivery::Never => "nothing ever",
        Delivery::Contradicted => "an error beside a delivery",
        Delivery::Unread => "not read",
        Delivery::Error => "delivery error",
        Delivery::NotLogging => "not logging",
    }
}

/// Whose folders lie in the bucket.
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

fn named(accounts: &[String]) -> String {
    let mut text = accounts.iter().take(MAX_NAMED).map(|it| cut(it)).collect::<Vec<_>>().join(", ");
    if accounts.len() > MAX_NAMED {
        text.push_str(" and ");
        text.push_str(&number((accounts.len() - MAX_NAMED) as u64));
        text.push_str(" more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_counted_and_the_first_ones_named() {
        let place = |account: &str, delivery: &str, error: Option<&str>| MemberStatusLine {
            account_id: account.to_owned(),
            region: "eu-west-1".to_owned(),
            delivery: delivery.to_owned(),
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
            counts: [("delivering", 1198), ("stale", 1), ("delivery_error", 1)]
                .map(|(kind, count)| (kind.to_owned(), count))
                .into(),
            places: vec![place("2", "delivery_error", Some("<b>")), place("1", "stale", None)],
        };
        assert_eq!(
            told(&line).unwrap(),
            "asked 1,200 times: delivering 1,198, nothing for a day 1, delivery error 1; such as 2 in eu-west-1: delivery error (<b>), 1 in eu-west-1: nothing for a day"
        );
        assert_eq!(told(&MembersLine::default()), None);
    }

    #[test]
    fn folders_say_who_has_none_and_whose_are_not_listed() {
        let accounts = |count: usize| (0..count).map(|it| format!("{it:012}")).collect();
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
        assert!(folders(&line(7, 0, true)).contains("000000000004 and 2 more (accounts.csv"));
        assert!(folders(&line(0, 1, true)).contains("are not in the list of accounts: 0000"));
    }
}
