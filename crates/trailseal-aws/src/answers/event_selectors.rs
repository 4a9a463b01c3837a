//! Which management events a trail records.

use std::collections::BTreeSet;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudtrail::Config;
use aws_sdk_cloudtrail::operation::get_event_selectors::GetEventSelectorsOutput;
use aws_sdk_cloudtrail::types::{
    AdvancedEventSelector, AdvancedFieldSelector, EventSelector, ReadWriteType,
};
use trailseal_model::question::{AnswerTo, GetEventSelectors};
use trailseal_model::{Answer, Gap, ManagementEvents, Operation, Target};

use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

impl AnswerTo<GetEventSelectors> for Aws {
    async fn answer_to(
        &self,
        question: GetEventSelectors,
    ) -> Result<Answer<ManagementEvents>, Gap> {
        let GetEventSelectors { trail, asked_in: Target { account, region } } = question;
        let ask = Ask::new(Operation::GetEventSelectors, account, region).on(trail.as_str());
        let client = self.clients.cloudtrail(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.get_event_selectors().trail_name(trail.as_str());
            request.customize().config_override(config).send()
        };
        let read = |output: Result<GetEventSelectorsOutput, &Failure>| {
            let output = output?;
            if output.event_selectors.is_none() && output.advanced_event_selectors.is_none() {
                let without = "GetEventSelectors without EventSelectors and AdvancedEventSelectors";
                return Err(Unread::from(without));
            }
            Ok(read_selectors(&output))
        };
        self.call(&ask, send, read).await
    }
}

/// What all selectors record together: an event is recorded if any of them matches it.
fn read_selectors(output: &GetEventSelectorsOutput) -> ManagementEvents {
    let (basic, advanced) = (output.event_selectors(), output.advanced_event_selectors());
    match (basic.is_empty(), advanced.is_empty()) {
        (true, true) => not_understood("no event selectors were printed"),
        // AWS: a trail has either. Which of them would count is not documented.
        (false, false) => not_understood("basic and advanced event selectors were printed"),
        (false, true) => union(basic.iter().map(read_basic)),
        (true, false) => union(advanced.iter().map(read_advanced)),
    }
}

fn not_understood(why: &str) -> ManagementEvents {
    ManagementEvents::NotUnderstood(why.to_owned())
}

/// The management events of one selector; the default is none.
#[derive(Default)]
struct Selected {
    read: bool,
    write: bool,
    excluded: BTreeSet<String>,
}

/// Why it is not known which management events a selector records: perhaps none.
struct NotUnderstood(String);

/// A selector that is not understood can only add events. It does not matter where the others
/// record everything already.
fn union(selectors: impl Iterator<Item = Result<Selected, NotUnderstood>>) -> ManagementEvents {
    let mut reason = None;
    let mut selected = Vec::new();
    for selector in selectors {
        match selector {
            Ok(it) => selected.push(it),
            Err(NotUnderstood(why)) => reason = reason.or(Some(why)),
        }
    }
    let read = left_out(selected.iter().filter(|it| it.read));
    let write = left_out(selected.iter().filter(|it| it.write));
    let is_whole = |kind: &Option<BTreeSet<String>>| kind.as_ref().is_some_and(BTreeSet::is_empty);
    match reason {
        Some(why) if !(is_whole(&read) && is_whole(&write)) => ManagementEvents::NotUnderstood(why),
        _ => {
            let (has_read, has_write) = (read.is_some(), write.is_some());
            let excluded: BTreeSet<_> = read.into_iter().chain(write).flatten().collect();
            ManagementEvents::Recorded {
                read: has_read,
                write: has_write,
                excluded_sources: excluded.into_iter().collect(),
            }
        }
    }
}

/// The sources that every selector excludes; `None` if there is no selector.
fn left_out<'a>(selectors: impl Iterator<Item = &'a Selected>) -> Option<BTreeSet<String>> {
    selectors.map(|it| it.excluded.clone()).reduce(|left, right| &left & &right)
}

fn read_basic(selector: &EventSelector) -> Result<Selected, NotUnderstood> {
    // Both defaults are AWS's.
    if !selector.include_management_events().unwrap_or(true) {
        return Ok(Selected::default());
    }
    let (read, write) = match selector.read_write_type() {
        None | Some(ReadWriteType::All) => (true, true),
        Some(ReadWriteType::ReadOnly) => (true, false),
        Some(ReadWriteType::WriteOnly) => (false, true),
        Some(other) => return Err(NotUnderstood(format!("ReadWriteType is `{other}`"))),
    };
    let excluded = selector.exclude_management_event_sources().iter().cloned().collect();
    Ok(Selected { read, write, excluded })
}

/// An event must match every field selector.
fn read_advanced(selector: &AdvancedEventSelector) -> Result<Selected, NotUnderstood> {
    let (categories, others): (Vec<_>, Vec<_>) =
        selector.field_selectors().iter().partition(|it| it.field() == "eventCategory");
    if categories.iter().any(|it| cannot_be_management(it)) {
        return Ok(Selected::default());
    }
    if !matches!(*categories, [it] if only_equals(it) == Some("Management")) {
        return Err(field_not_understood("eventCategory"));
    }
    let mut selected = Selected { read: true, write: true, ..Selected::default() };
    for it in others {
        match (it.field(), only_equals(it)) {
            ("readOnly", Some("true")) if selected.read => selected.write = false,
            ("readOnly", Some("false")) if selected.write => selected.read = false,
            ("eventSource", None) if only_not_equals(it) && is_switch(it.not_equals()) => {
                selected.excluded.extend(it.not_equals().iter().cloned());
            }
            (field, _) => return Err(field_not_understood(field)),
        }
    }
    Ok(selected)
}

/// The sources that AWS documents for leaving out. Without any other, such as IAM, the record would
/// not be whole.
fn is_switch(sources: &[String]) -> bool {
    sources.iter().all(|it| it == "kms.amazonaws.com" || it == "rdsdata.amazonaws.com")
}

fn field_not_understood(field: &str) -> NotUnderstood {
    NotUnderstood(format!("an advanced event selector narrows by `{field}`"))
}

/// Every other operator can only narrow this further.
fn cannot_be_management(category: &AdvancedFieldSelector) -> bool {
    let equals = category.equals();
    !equals.is_empty() && equals.iter().all(|it| it != "Management")
}

/// The value, if that is all the selector says.
fn only_equals(selector: &AdvancedFieldSelector) -> Option<&str> {
    let [value] = selector.equals() else { return None };
    (selector.not_equals().is_empty() && !has_rare_operator(selector)).then_some(value)
}

fn only_not_equals(selector: &AdvancedFieldSelector) -> bool {
    let says_which = selector.equals().is_empty() && !selector.not_equals().is_empty();
    says_which && !has_rare_operator(selector)
}

fn has_rare_operator(selector: &AdvancedFieldSelector) -> bool {
    let rare = [
        selector.starts_with(),
        selector.ends_with(),
        selector.not_starts_with(),
        selector.not_ends_with(),
    ];
    rare.iter().any(|values| !values.is_empty())
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudtrail::operation::get_event_selectors::builders::GetEventSelectorsOutputBuilder;
    use aws_sdk_cloudtrail::types::builders::AdvancedFieldSelectorBuilder;

    use super::*;

    const KMS: &str = "kms.amazonaws.com";
    const RDS: &str = "rdsdata.amazonaws.com";

    fn recorded(read: bool, write: bool, excluded: &[&str]) -> ManagementEvents {
        let excluded_sources = excluded.iter().map(|&it| it.to_owned()).collect();
        ManagementEvents::Recorded { read, write, excluded_sources }
    }

    fn basic(kind: &str, excluded: &[&str]) -> EventSelector {
        let excluded = excluded.iter().map(|&it| it.to_owned()).collect();
        EventSelector::builder()
            .include_management_events(true)
            .read_write_type(kind.into())
            .set_exclude_management_event_sources(Some(excluded))
            .build()
    }

    fn no_management() -> EventSelector {
        EventSelector::builder()
            .include_management_events(false)
            .exclude_management_event_sources(KMS)
            .build()
    }

    fn of_basic(selectors: &[EventSelector]) -> ManagementEvents {
        let output = GetEventSelectorsOutput::builder();
        read_selectors(&output.set_event_selectors(Some(selectors.to_vec())).build())
    }

    #[test]
    fn basic_selectors_are_a_union() {
        let table = [
            (vec![EventSelector::builder().build()], recorded(true, true, &[])),
            (vec![basic("All", &[])], recorded(true, true, &[])),
            (vec![basic("ReadOnly", &[])], recorded(true, false, &[])),
            (vec![basic("WriteOnly", &[KMS])], recorded(false, true, &[KMS])),
            (vec![no_management()], recorded(false, false, &[])),
            (vec![no_management(), basic("ReadOnly", &[])], recorded(true, false, &[])),
            (vec![basic("All", &[RDS, KMS])], recorded(true, true, &[KMS, RDS])),
            (vec![basic("ReadOnly", &[]), basic("WriteOnly", &[])], recorded(true, true, &[])),
            // KMS is read by the second, and written by none.
            (
                vec![basic("WriteOnly", &[KMS]), basic("ReadOnly", &[])],
                recorded(true, true, &[KMS]),
            ),
            (vec![basic("All", &[KMS, RDS]), basic("All", &[RDS])], recorded(true, true, &[RDS])),
            (vec![basic("All", &[KMS]), basic("All", &[RDS])], recorded(true, true, &[])),
            (vec![basic("All", &[KMS]), no_management()], recorded(true, true, &[KMS])),
            (vec![basic("New", &[])], not_understood("ReadWriteType is `New`")),
            (
                vec![basic("ReadOnly", &[]), basic("New", &[])],
                not_understood("ReadWriteType is `New`"),
            ),
            (vec![basic("New", &[]), basic("All", &[])], recorded(true, true, &[])),
        ];
        for (selectors, expected) in table {
            assert_eq!(of_basic(&selectors), expected, "{selectors:?}");
        }
    }

    fn field(name: &str) -> AdvancedFieldSelectorBuilder {
        AdvancedFieldSelector::builder().field(name)
    }

    fn equals(name: &str, value: &str) -> AdvancedFieldSelectorBuilder {
        field(name).equals(value)
    }

    fn excluding(sources: &[&str]) -> AdvancedFieldSelectorBuilder {
        sources.iter().fold(field("eventSource"), |field, source| field.not_equals(*source))
    }

    fn advanced(
        fields: impl IntoIterator<Item = AdvancedFieldSelectorBuilder>,
    ) -> AdvancedEventSelector {
        let fields = fields.into_iter().map(|it| it.build().unwrap()).collect();
        AdvancedEventSelector::builder().set_field_selectors(Some(fields)).build().unwrap()
    }

    fn management(
        fields: impl IntoIterator<Item = AdvancedFieldSelectorBuilder>,
    ) -> AdvancedEventSelector {
        advanced([equals("eventCategory", "Management")].into_iter().chain(fields))
    }

    fn output_of_advanced(selectors: Vec<AdvancedEventSelector>) -> GetEventSelectorsOutputBuilder {
        GetEventSelectorsOutput::builder().set_advanced_event_selectors(Some(selectors))
    }

    fn of_advanced(selectors: Vec<AdvancedEventSelector>) -> ManagementEvents {
        read_selectors(&output_of_advanced(selectors).build())
    }

    #[test]
    fn advanced_selectors_are_a_union() {
        let data = || advanced([equals("eventCategory", "Data"), field("eventName").equals("x")]);
        let read = || equals("readOnly", "true");
        let write = || equals("readOnly", "false");
        let table = [
            (vec![management([])], recorded(true, true, &[])),
            (vec![data()], recorded(false, false, &[])),
            (vec![data(), management([])], recorded(true, true, &[])),
            (vec![management([read()])], recorded(true, false, &[])),
            (vec![management([write()])], recorded(false, true, &[])),
            (vec![management([write()]), management([read()])], recorded(true, true, &[])),
            (vec![management([excluding(&[RDS, KMS])])], recorded(true, true, &[KMS, RDS])),
            (
                vec![management([read(), excluding(&[KMS])]), management([write()])],
                recorded(true, true, &[KMS]),
            ),
            (vec![management([excluding(&[KMS])]), management([])], recorded(true, true, &[])),
            (
                vec![management([excluding(&[KMS]), excluding(&[RDS])])],
                recorded(true, true, &[KMS, RDS]),
            ),
        ];
        for (selectors, expected) in table {
            assert_eq!(of_advanced(selectors.clone()), expected, "{selectors:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named_unless_the_rest_records_everything() {
        let several = field("readOnly").equals("true").equals("false");
        let table = [
            ("eventName", management([equals("eventName", "x")])),
            ("userIdentity.arn", management([field("userIdentity.arn").not_starts_with("a")])),
            ("readOnly", management([equals("readOnly", "maybe")])),
            ("readOnly", management([several])),
            ("readOnly", management([field("readOnly").not_equals("true")])),
            ("readOnly", management([equals("readOnly", "true"), equals("readOnly", "false")])),
            ("readOnly", management([equals("readOnly", "true").ends_with("e")])),
            ("eventSource", management([excluding(&["iam.amazonaws.com"])])),
            ("eventSource", management([equals("eventSource", KMS)])),
            ("eventSource", management([excluding(&[KMS]).equals(RDS)])),
            ("eventSource", management([excluding(&[KMS]).not_ends_with(".com")])),
            ("eventSource", management([field("eventSource").starts_with("k")])),
            ("eventSource", management([field("eventSource").not_starts_with("k")])),
            ("eventSource", management([field("eventSource").ends_with("k")])),
            ("eventSource", management([field("eventSource")])),
            ("eventCategory", advanced([equals("readOnly", "true")])),
            ("eventCategory", advanced([equals("eventCategory", "Management").equals("Data")])),
            ("eventCategory", advanced([field("eventCategory").not_equals("Data")])),
            ("eventCategory", management([equals("eventCategory", "Management")])),
        ];
        for (name, selector) in table {
            let expected = format!("an advanced event selector narrows by `{name}`");
            let narrowed = management([excluding(&[KMS])]);
            for selectors in [vec![selector.clone()], vec![narrowed, selector.clone()]] {
                assert_eq!(of_advanced(selectors), not_understood(&expected), "{selector:?}");
            }
            let beside_everything = of_advanced(vec![selector, management([])]);
            assert_eq!(beside_everything, recorded(true, true, &[]), "{name}");
        }
    }

    #[test]
    fn none_and_both_kinds_are_not_understood() {
        let none = GetEventSelectorsOutput::builder().build();
        assert_eq!(read_selectors(&none), not_understood("no event selectors were printed"));
        let both = output_of_advanced(vec![management([])]).event_selectors(basic("All", &[]));
        assert_eq!(
            read_selectors(&both.build()),
            not_understood("basic and advanced event selectors were printed"),
        );
    }
}
