//! Which names sound like those of an account that keeps logs. A name judges nothing: it only decides
//! who is asked first whether a bucket is its own.

/// How well a name sounds like that of an account that keeps logs, the best first: 0 where it says both
/// log and archive, then log, archive, audit, security; `None` where it says none of them.
///
/// Words count, and parts of joined ones ("LogArchive", "auditlogs"); a "log" that is a part of
/// another word ("catalog", "blog", "logistics") does not.
#[must_use]
pub fn log_account_rank(name: &str) -> Option<u8> {
    let words: Vec<String> = words(name);
    let says = |what: fn(&str) -> bool| words.iter().any(|it| what(it));
    let (log, archive) = (says(is_log), says(|it| it.contains("archiv")));
    match () {
        () if log && archive => Some(0),
        () if log => Some(1),
        () if archive => Some(2),
        () if says(|it| it.contains("audit") && !it.contains("auditori")) => Some(3),
        () if says(|it| it.contains("security")) => Some(4),
        () => None,
    }
}

/// The words of a name in lower case: between what is no letter or digit, and where an upper case
/// letter begins one ("LogArchive", "AWSLogs").
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|it| letters.get(it));
        let after = letters.get(index + 1);
        let begins = letter.is_uppercase()
            && (before.is_some_and(|it| it.is_lowercase())
                || (before.is_some_and(|it| it.is_uppercase())
                    && after.is_some_and(|it| it.is_lowercase())));
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|it| !it.is_empty());
    words
}

/// What stands before "log" in other words than those that speak of logs, beside single letters
/// ("blog", "vlog").
const OTHER_WORDS: [&str; 10] =
    ["ana", "back", "cata", "deca", "dia", "epi", "homo", "ideo", "mono", "pro"];

/// Whether a word begins or ends with a log: "logs", "logging", "logsink", "auditlogs".
fn is_log(word: &str) -> bool {
    // "login", "logistics", "logo", "logout", "logarithm".
    let begins = word
        .strip_prefix("log")
        .is_some_and(|rest| !["i", "o", "arith"].iter().any(|it| rest.starts_with(it)));
    let ends = ["log", "logs", "logging", "logger"].iter().any(|end| {
        word.strip_suffix(end)
            .is_some_and(|stem| stem.chars().count() > 1 && !OTHER_WORDS.contains(&stem))
    });
    begins || ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: Option<u8>) {
        for name in names {
            assert_eq!(log_account_rank(name), expected, "{name}");
        }
    }

    #[test]
    fn who_keeps_logs_is_told_by_name() {
        check(&["Log Archive", "log-archive", "LogArchive", "LOGARCHIVE", "logarchive"], Some(0));
        check(&["aws_logs_archive", "Archived Logs", "prod.log.archive", "logs→archive"], Some(0));
        check(&["Platform Logs", "AWSLogs", "central-logging", "CloudTrailLogs"], Some(1));
        check(&["auditlogs", "logsink", "acme logs 2", "Datalogger", "LOGS"], Some(1));
        check(&["Archive", "archiving-eu", "Archival Storage"], Some(2));
        check(&["Audit", "audits", "Auditing (EU)"], Some(3));
        check(&["Security Tooling", "SecurityOU", "acme-security-prod"], Some(4));
    }

    #[test]
    fn other_words_are_none_of_them() {
        check(&["catalog", "Product Catalogs", "blog", "Blogs", "vlogging", "backlog"], None);
        check(&["logistics", "Logistics-Prod", "login", "logo", "logout", "logic", "Logon"], None);
        check(&["analog", "dialogs", "prolog", "technology", "Biology", "logarithms"], None);
        check(&["", " - ", "Auditorium", "shop", "Management", "日本"], None);
    }
}
