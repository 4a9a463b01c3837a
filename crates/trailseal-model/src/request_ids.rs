//! The request ids of calls by target, in little room: there can be hundreds of thousands.

use std::collections::BTreeMap;

use crate::account::AccountId;
use crate::target::Target;

/// Where the hyphens of a UUID are.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// How long the text of a UUID is.
const LENGTH: usize = 36;

/// A request id for each target. One that is written as AWS writes a UUID, in lower case, takes 16
/// bytes; any other text is kept beside as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RequestIds {
    /// By account, in the order of its rows; all zeros where there is no UUID.
    uuids: BTreeMap<AccountId, Box<[[u8; 16]]>>,
    others: BTreeMap<Target, Box<str>>,
}

impl RequestIds {
    /// Keeps the id of a target, which is the index-th of so many rows of its account.
    pub(crate) fn keep(&mut self, target: Target, index: usize, rows: usize, id: &str) {
        let Some(uuid) = uuid_in(id).filter(|uuid| *uuid != [0; 16]) else {
            self.others.insert(target, id.into());
            return;
        };
        let uuids = self.uuids.entry(target.account);
        let uuids = uuids.or_insert_with(|| vec![[0; 16]; rows].into_boxed_slice());
        match uuids.get_mut(index) {
            Some(slot) => {
                *slot = uuid;
                self.others.remove(&target);
            }
            None => {
                self.others.insert(target, id.into());
            }
        }
    }

    /// The id of a target, which is the index-th row of its account.
    pub(crate) fn of(&self, target: Target, index: usize) -> Option<String> {
        if let Some(text) = self.others.get(&target) {
            return Some(text.to_string());
        }
        let uuid = self.uuids.get(&target.account)?.get(index)?;
        (*uuid != [0; 16]).then(|| text_of(*uuid))
    }
}

/// The bytes of a UUID; `None` for any text that they would not give back as it is.
fn uuid_in(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != LENGTH || HYPHENS.iter().any(|place| bytes[*place] != b'-') {
        return None;
    }
    let mut digits = (0..LENGTH).filter(|place| !HYPHENS.contains(place)).map(|place| bytes[place]);
    let mut uuid = [0; 16];
    for byte in &mut uuid {
        *byte = (value_of(digits.next()?)? << 4) | value_of(digits.next()?)?;
    }
    Some(uuid)
}

const fn value_of(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn text_of(uuid: [u8; 16]) -> String {
    let mut text = format!("{:032x}", u128::from_be_bytes(uuid));
    HYPHENS.iter().for_each(|place| text.insert(*place, '-'));
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::region::Partition;

    const UUID: &str = "0a1b2c3d-4e5f-6789-abcd-ef0123456789";

    fn target(account: u64, index: usize) -> Target {
        let region = Partition::Aws.regions()[index];
        Target { account: AccountId::new(account).unwrap(), region }
    }

    #[test]
    fn each_target_has_its_own_id_and_the_last_one_stands() {
        let mut ids = RequestIds::default();
        ids.keep(target(1, 2), 2, 3, "other");
        ids.keep(target(1, 0), 0, 3, "first");
        ids.keep(target(1, 0), 0, 3, "second");
        ids.keep(target(2, 1), 1, 3, UUID);
        let of = |account, index| ids.of(target(account, index), index);
        assert_eq!(of(1, 0).unwrap(), "second");
        assert_eq!(of(1, 1), None);
        assert_eq!(of(1, 2).unwrap(), "other");
        assert_eq!(of(2, 1).unwrap(), UUID);
        assert_eq!([of(2, 0), of(2, 2), of(3, 0)], [None, None, None]);
    }

    #[test]
    fn a_uuid_takes_sixteen_bytes_and_every_other_text_is_kept_as_it_is() {
        let others = [
            "00000000-0000-0000-0000-000000000000",
            "0A1B2C3D-4E5F-6789-ABCD-EF0123456789",
            "0a1b2c3d4e5f6789abcdef0123456789",
            "0a1b2c3d-4e5f-6789-abcd-ef01234567-9",
            "0a1b2c3d-4e5f-6789-abcd-ef012345678g",
            "0a1b2c3d-4e5f-6789-abcd-ef01234567\u{e9}",
            "J2BBKMG2AFZDZW7Y",
            "",
        ];
        for (text, is_uuid) in others.map(|text| (text, false)).into_iter().chain([(UUID, true)]) {
            let mut ids = RequestIds::default();
            ids.keep(target(1, 1), 1, 3, text);
            assert_eq!(ids.of(target(1, 1), 1).as_deref(), Some(text));
            assert_eq!(ids.others.is_empty(), is_uuid, "{text}");
            let rows: Vec<usize> = ids.uuids.values().map(|rows| size_of_val(&**rows)).collect();
            assert_eq!(rows, if is_uuid { vec![3 * 16] } else { vec![] }, "{text}");
        }
    }

    #[test]
    fn a_row_that_was_not_planned_loses_no_id() {
        let mut ids = RequestIds::default();
        ids.keep(target(1, 5), 5, 3, UUID);
        assert_eq!(ids.of(target(1, 5), 5).as_deref(), Some(UUID));
    }

    proptest! {
        #[test]
        fn any_id_comes_back_as_it_was(text in "[0-9a-fA-F-]{36}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|.{0,40}") {
            let mut ids = RequestIds::default();
            ids.keep(target(1, 0), 0, 1, &text);
            prop_assert_eq!(ids.of(target(1, 0), 0), Some(text));
        }
    }
}
