//! Wildcards, over texts of which all or only the beginning is known.

use crate::arn::arn_parts;
use crate::context::Possibility;

/// Whether upper and lower case ASCII letters differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Matters,
    Ignored,
}

/// How a text stands to a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    No,
    /// It depends on the part of the text that is not known, or on rules that AWS does not state.
    Open,
}

impl From<bool> for Fit {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

/// Matches with `*` for any number of characters, none included, and `?` for exactly one
/// (IAM user guide, *Condition operators*, wildcard matching).
pub(crate) fn wildcard(pattern: &str, text: &Possibility, case: Case) -> Fit {
    let pattern: Vec<char> = pattern.chars().collect();
    match text {
        Possibility::Exact(text) => PatternMatches::after(&pattern, text, case).at_end().into(),
        Possibility::StartsWith(start) => {
            let places = PatternMatches::after(&pattern, start, case);
            if places.accept_anything() {
                Fit::Yes
            } else if places.none() {
                Fit::No
            } else {
                Fit::Open
            }
        }
        Possibility::Moment(_) | Possibility::AnyIpv4 | Possibility::AnyIpv6 => {
            let is_any = PatternMatches::after(&pattern, "", case).accept_anything();
            if is_any { Fit::Yes } else { Fit::Open }
        }
    }
}

/// Where in a pattern one may stand after having read some text.
struct PatternMatches<'pattern> {
    pattern: &'pattern [char],
    /// One more than the pattern has characters; the last is the pattern's end.
    active: Vec<bool>,
}

impl<'pattern> PatternMatches<'pattern> {
    fn after(pattern: &'pattern [char], text: &str, case: Case) -> Self {
        let mut places = Self { pattern, active: vec![false; pattern.len() + 1] };
        places.active[0] = true;
        places.step_over_stars();
        for character in text.chars() {
            places.read(character, case);
        }
        places
    }

    fn read(&mut self, character: char, case: Case) {
        let mut next = vec![false; self.active.len()];
        for (place, wanted) in self.pattern.iter().enumerate().filter(|it| self.active[it.0]) {
            let same = match case {
                Case::Matters => *wanted == character,
                Case::Ignored => wanted.eq_ignore_ascii_case(&character),
            };
            match wanted {
                '*' => next[place] = true,
                '?' => next[place + 1] = true,
                _ if same => next[place + 1] = true,
                _ => {}
            }
        }
        self.active = next;
        self.step_over_stars();
    }

    fn step_over_stars(&mut self) {
        for (place, wanted) in self.pattern.iter().enumerate() {
            if self.active[place] && *wanted == '*' {
                self.active[place + 1] = true;
            }
        }
    }

    fn at_end(&self) -> bool {
        self.active.last() == Some(&true)
    }

    fn none(&self) -> bool {
        !self.active.contains(&true)
    }

    /// Whether every continuation of the text matches: only stars are left.
    fn accept_anything(&self) -> bool {
        let stars = self.pattern.iter().rev().take_while(|it| **it == '*').count();
        let first = self.pattern.len() - stars;
        self.active[first..self.pattern.len()].contains(&true)
    }
}

/// Matches an ARN as ArnLike does: each of the six parts apart, with wildcards in each (IAM user
/// guide, *Condition operators*, ARN). A pattern with fewer parts is open, unless it could not
/// match even if its wildcards reached over colons.
pub(crate) fn arn_like(pattern: &str, arn: &Possibility) -> Fit {
    let (Possibility::Exact(text) | Possibility::StartsWith(text)) = arn else {
        return Fit::Open;
    };
    let Some(patterns) = arn_parts(pattern) else {
        let longest = format!("{pattern}*");
        return match wildcard(&longest, arn, Case::Matters) {
            Fit::No => Fit::No,
            Fit::Yes | Fit::Open => Fit::Open,
        };
    };
    let Some(parts) = arn_parts(text) else { return Fit::Open };
    let [head @ .., tail] = parts;
    let [head_patterns @ .., tail_pattern] = patterns;
    let exact = |it: &str| Possibility::Exact(it.to_owned());
    let same = |(pattern, part): (&str, &str)| wildcard(pattern, &exact(part), Case::Matters);
    if head_patterns.into_iter().zip(head).map(same).any(|it| it == Fit::No) {
        return Fit::No;
    }
    let tail = match arn {
        Possibility::StartsWith(_) => Possibility::StartsWith(tail.to_owned()),
        _ => exact(tail),
    };
    wildcard(tail_pattern, &tail, Case::Matters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Possibility {
        Possibility::Exact(text.to_owned())
    }

    fn starts(text: &str) -> Possibility {
        Possibility::StartsWith(text.to_owned())
    }

    #[track_caller]
    fn check(pattern: &str, text: &Possibility, expected: Fit) {
        assert_eq!(wildcard(pattern, text, Case::Matters), expected, "{pattern} {text:?}");
    }

    #[test]
    fn wildcards() {
        check("", &exact(""), Fit::Yes);
        check("", &exact("a"), Fit::No);
        check("*", &exact(""), Fit::Yes);
        check("**", &exact("abc"), Fit::Yes);
        check("?", &exact(""), Fit::No);
        check("a*c", &exact("ac"), Fit::Yes);
        check("a*c", &exact("abcbc"), Fit::Yes);
        check("a*c", &exact("abcb"), Fit::No);
        check("a?c", &exact("abc"), Fit::Yes);
        check("a?c", &exact("ac"), Fit::No);
        check("*a*b*", &exact("xxaxxb"), Fit::Yes);
        check("A", &exact("a"), Fit::No);
        assert_eq!(wildcard("A*", &exact("ab"), Case::Ignored), Fit::Yes);
    }

    #[test]
    fn a_text_of_which_the_beginning_is_known() {
        check("ab*", &starts("ab"), Fit::Yes);
        check("ab*", &starts("abc"), Fit::Yes);
        check("ab*", &starts("a"), Fit::Open);
        check("ab", &starts("ab"), Fit::Open);
        check("ab", &starts("abc"), Fit::No);
        check("x*", &starts("abc"), Fit::No);
        check("*c", &starts("abc"), Fit::Open);
        check("ab?*", &starts("ab"), Fit::Open);
    }

    #[track_caller]
    fn check_arn(pattern: &str, arn: &Possibility, expected: Fit) {
        assert_eq!(arn_like(pattern, arn), expected, "{pattern} {arn:?}");
    }

    #[test]
    fn the_parts_of_an_arn_are_compared_apart() {
        let trail = exact("arn:aws:cloudtrail:eu-west-1:111122223333:trail/logs");
        check_arn("arn:aws:cloudtrail:*:111122223333:trail/*", &trail, Fit::Yes);
        check_arn("arn:aws:cloudtrail:*:*:*", &trail, Fit::Yes);
        check_arn("arn:*:*:*:*:*", &trail, Fit::Yes);
        check_arn("arn:aws:s3:*:111122223333:trail/*", &trail, Fit::No);
        check_arn("arn:*:trail/logs:a:b:c", &trail, Fit::No);
        check_arn("arn:aws:cloudtrail:*", &trail, Fit::Open);
        check_arn("arn:aws:cloudtrail", &trail, Fit::Open);
        check_arn("arn:aws:s3:*", &trail, Fit::No);
        check_arn("*", &trail, Fit::Open);
        check_arn("arn:aws:s3:::a", &exact("a"), Fit::Open);

        let objects = starts("arn:aws:s3:::logs/AWSLogs/");
        check_arn("arn:aws:s3:::logs/*", &objects, Fit::Yes);
        check_arn("arn:aws:s3:::logs/AWSLogs/1/*", &objects, Fit::Open);
        check_arn("arn:aws:s3:::other/*", &objects, Fit::No);
        check_arn("arn:aws:kms:::logs/*", &objects, Fit::No);
    }
}
