//! The request ids of calls by target, in little room: there can be hundreds of thousands.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::account::AccountId;
use crate::target::Target;

/// Where the hyphens of a UUID are.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// How long the text of a UUID is.
const LENGTH: usize = 36;

/// A request id for each target, in 16 bytes: one that is written as AWS writes a UUID, in lower case,
/// is kept in them, any other text once for all targets that have it.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestIds {
    /// By account, in the order of its rows.
    slots: BTreeMap<AccountId, Box<[Slot]>>,
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u64>,
}

/// A UUID; or, where its upper half is zero, the number of a text, counted from one, or nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slot([u8; 16]);

impl Slot {
    const fn of_number(number: u64) -> Self {
        Self((number as u128).to_be_bytes())
    }

    const fn is_uuid(self) -> bool {
        u128::from_be_bytes(self.0) >> 64 != 0
    }
}

impl RequestIds {
    /// Keeps the id of a target, which is the index-th of this number of rows of its account.
    pub(crate) fn keep(&mut self, target: Target, index: usize, rows: usize, id: &str) {
        let uuid = uuid_in(id).map(Slot).filter(|slot| slot.is_uuid());
        let kept = uuid.unwrap_or_else(|| Slot::of_number(self.number_of(id)));
        let slots = self.slots.entry(target.account);
        let slots = slots.or_insert_with(|| vec![Slot::default(); rows].into_boxed_slice());
        if let Some(slot) = slots.get_mut(index) {
            *slot = kept;
        }
    }

    /// The id of a target, which is the index-th row of its account.
    pub(crate) fn of(&self, target: Target, index: usize) -> Option<String> {
        self.text(*self.slots.get(&target.account)?.get(index)?)
    }

    fn text(&self, slot: Slot) -> Option<String> {
        if slot.is_uuid() {
            return Some(text_of(slot.0));
        }
        let number = usize::try_from(u128::from_be_bytes(slot.0)).ok()?;
        self.texts.get(number.checked_sub(1)?).map(ToString::to_string)
    }

    /// The number of a text, from one.
    fn number_of(&mut self, text: &str) -> u64 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        let number = self.texts.len() as u64;
        self.numbers.insert(text, number);
        number
    }
}

/// What is kept counts, and not in which order it came.
impl PartialEq for RequestIds {
    fn eq(&self, other: &Self) -> bool {
        let texts = |ids: &Self| {
            let texts_of = |slots: &[Slot]| -> Vec<Option<String>> {
                slots.iter().map(|slot| ids.text(*slot)).collect()
            };
            let accounts = ids.slots.iter();
            accounts.map(|(account, slots)| (*account, texts_of(slots))).collect::<Vec<_>>()
        };
        texts(self) == texts(other)
    }
}

impl Eq for RequestIds {}

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
    for place in HYPHENS {
        text.insert(place, '-');
    }
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
    fn a_target_takes_sixteen_bytes_and_every_text_is_kept_as_it_is() {
        let others = [
            "00000000-0000-0000-0000-000000000000",
            "00000000-0000-0000-0000-000000000001",
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
            for index in 0..3 {
                ids.keep(target(1, index), index, 3, text);
                assert_eq!(ids.of(target(1, index), index).as_deref(), Some(text));
            }
            assert_eq!(ids.texts.len(), usize::from(!is_uuid), "{text}");
            let rows: usize = ids.slots.values().map(|slots| size_of_val(&**slots)).sum();
            assert_eq!(rows, 3 * 16);
        }
    }

    #[test]
    fn the_order_in_which_ids_come_does_not_matter() {
        let of_order = |order: [usize; 2]| {
            let mut ids = RequestIds::default();
            for index in order {
                ids.keep(target(1, index), index, 2, ["one", "other"][index]);
            }
            ids
        };
        assert_eq!(of_order([0, 1]), of_order([1, 0]));
        assert_ne!(of_order([0, 1]), RequestIds::default());
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
