//! Messages as parts: each part is a piece of a template with its arguments, so that every message has
//! an id, a template and arguments, and says nothing that its case does not have.

/// A part of a message. The first one names what is wrong, because GitHub shows the first sentence as
/// the alert's title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Trail,
    Account,
    Store,
    NotAssessed,
    NotProven,
    LeftOut,
    InAccount,
    InAccounts,
    InOrganization,
    InRegions,
    Unanswered,
    Unshown,
    Unlisted,
    Unproven,
    Missing,
    LastDelivery,
    Deletion,
    Expiry,
    OldestDeviation,
    Cause,
    AlsoFails,
    AlsoNotProven,
    Consequences,
    First,
    Fix,
    Command,
    Statement,
    Setting,
    MoreSteps,
}

impl Part {
    /// Its word in the ids of messages, and its piece of the template. What comes from outside is in
    /// `'...'`; `{}` is the next argument.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Trail => ("trail", ": trail '{}' of account '{}' in Region '{}'. '{}'."),
            Self::Account => ("account", ": account '{}'. '{}'."),
            Self::Store => {
                ("store", ": event data store '{}' of account '{}' in Region '{}'. '{}'.")
            }
            Self::NotAssessed => ("unread", "Not assessed: '{}'."),
            Self::NotProven => ("unproven", "Not proven: '{}'."),
            Self::LeftOut => (
                "default",
                "'{}' of '{}' results are left out, because an upload may have '{}': '{}'. '{}' are in no result of this file. Alerts that were left out are missing here, not fixed.",
            ),
            Self::InAccount => ("account", " Account: '{}'."),
            Self::InAccounts => ("accounts", " In '{}': '{}'."),
            Self::InOrganization => ("organization", " Organization: '{}'."),
            Self::InRegions => ("regions", " In '{}': '{}'."),
            Self::Unanswered => ("requests", " Without an answer: '{}' of '{}'."),
            Self::Unshown => ("unshown", " Named by ListTrails and shown by no Region: '{}'."),
            Self::Unlisted => ("unlisted", " Not listed: '{}'."),
            Self::Unproven => ("findings", " Findings not proven: '{}' of '{}'."),
            Self::Missing => {
                ("missing", " Alerts that depend on this are missing here, not fixed.")
            }
            Self::LastDelivery => ("delivery", " Last delivery: '{}'."),
            Self::Deletion => ("deletion", " Scheduled deletion of the key: '{}'."),
            Self::Expiry => ("expiry", " Expiry of the key material: '{}'."),
            Self::OldestDeviation => ("deviation", " Oldest deviating object: '{}'."),
            Self::Cause => ("cause", " Cause: '{}'."),
            Self::AlsoFails => ("also", " Also failing: '{}'."),
            Self::AlsoNotProven => ("doubt", " Not proven for the same cause: '{}'."),
            Self::Consequences => ("consequences", " Consequences: '{}'."),
            Self::First => ("first", " First: '{}'."),
            Self::Fix => ("fix", " Fix: '{}'."),
            Self::Command => ("command", " Command: '{}'."),
            Self::Statement => ("statement", " Add '{}' to '{}'."),
            Self::Setting => ("setting", " Add '{}' to '{}'."),
            Self::MoreSteps => ("more", " causes.csv has '{}'."),
        }
    }

    /// Whether the rule's title stands before it.
    const fn begins_with_title(self) -> bool {
        matches!(self, Self::Trail | Self::Account | Self::Store)
    }
}

/// A message under construction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Message {
    parts: Vec<Part>,
    pub(crate) arguments: Vec<String>,
}

impl Message {
    /// Adds a part with its arguments.
    pub(crate) fn add<const N: usize>(&mut self, part: Part, arguments: [String; N]) {
        debug_assert_eq!(part.words().1.matches("{}").count(), N, "{part:?}");
        self.parts.push(part);
        self.arguments.extend(arguments);
    }

    /// What names the template among those of its rule.
    pub(crate) fn id(&self) -> String {
        let words: Vec<&str> = self.parts.iter().map(|part| part.words().0).collect();
        words.join("-")
    }

    /// The template: `{0}`, `{1}`, ... are the arguments.
    pub(crate) fn template(&self, title: &str) -> String {
        let mut number = 0;
        self.text(title, |template| {
            template.push('{');
            template.push_str(&number.to_string());
            template.push('}');
            number += 1;
        })
    }

    /// The template, filled.
    pub(crate) fn filled(&self, title: &str) -> String {
        let mut arguments = self.arguments.iter();
        self.text(title, |text| text.push_str(arguments.next().map_or("", String::as_str)))
    }

    fn text(&self, title: &str, mut argument: impl FnMut(&mut String)) -> String {
        let mut text = String::new();
        if self.parts.first().is_some_and(|part| part.begins_with_title()) {
            text.push_str(title);
        }
        for part in &self.parts {
            for (number, piece) in part.words().1.split("{}").enumerate() {
                if number > 0 {
                    argument(&mut text);
                }
                text.push_str(piece);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_its_template_filled() {
        let mut message = Message::default();
        message.add(Part::Account, ["Payments (1)".to_owned(), "{1} 'stays'".to_owned()]);
        message.add(Part::Missing, []);
        message.add(Part::Fix, ["do it".to_owned()]);
        assert_eq!(message.id(), "account-missing-fix");
        assert_eq!(
            message.template("Account without a trail"),
            "Account without a trail: account '{0}'. '{1}'. Alerts that depend on this are missing here, not fixed. Fix: '{2}'."
        );
        assert_eq!(
            message.filled("T"),
            "T: account 'Payments (1)'. '{1} 'stays''. Alerts that depend on this are missing here, not fixed. Fix: 'do it'."
        );
    }
}
