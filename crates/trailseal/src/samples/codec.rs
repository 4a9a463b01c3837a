//! Examined objects as bytes: what a run writes it reads back itself, so there is no version, and
//! what is rare or the same for many is kept in memory and named by its number.

use std::io;

use jiff::Timestamp;
use trailseal_evaluator::{AccountRegion, ExaminedObject, HeadAnswer};
use trailseal_model::ObjectHead;
use trailseal_model::{AccountId, Evidence, GapId, HeaderProblem, Operation, Region, Selection};

/// Values that objects name by number.
#[derive(Debug, Default)]
pub(super) struct Named {
    gaps: Vec<GapId>,
    problems: Vec<HeaderProblem>,
    operations: Vec<Operation>,
}

/// How many of the last values are compared: what is the same for many objects follows each other.
const COMPARED: usize = 8;

/// The number of a value in a list, which it is added to if none of the last ones equals it.
fn number_of<T: PartialEq + Clone>(all: &mut Vec<T>, value: &T) -> u32 {
    let compared = all.len().saturating_sub(COMPARED);
    let known = all[compared..].iter().rposition(|it| it == value);
    let place = known.map_or_else(
        || {
            all.push(value.clone());
            all.len() - 1
        },
        |known| compared + known,
    );
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The bytes of objects in the making.
pub(super) struct Encoder<'a> {
    pub(super) bytes: Vec<u8>,
    pub(super) named: &'a mut Named,
}

impl Encoder<'_> {
    pub(super) fn object(&mut self, object: &ExaminedObject) {
        self.text(&object.key);
        self.time(object.named_at);
        self.number(object.account_region.account.number());
        self.text(object.account_region.region.name());
        self.text(object.selection.as_str());
        match &object.answer {
            HeadAnswer::Found(head, evidence) => {
                self.bytes.push(0);
                self.evidence(evidence);
                self.head(head);
            }
            HeadAnswer::Gone(evidence) => {
                self.bytes.push(1);
                self.evidence(evidence);
            }
            HeadAnswer::Unread(gap) => {
                self.bytes.push(2);
                let number = number_of(&mut self.named.gaps, gap);
                self.number(number.into());
            }
        }
    }

    fn evidence(&mut self, evidence: &Evidence) {
        let operation = number_of(&mut self.named.operations, &evidence.operation);
        self.number(operation.into());
        self.option(evidence.account, |it, account| it.number(account.number()));
        self.option(evidence.region, |it, region| it.text(region.name()));
        self.time(evidence.at);
        self.option(evidence.request_id.as_deref(), Self::text);
        self.bytes.extend([evidence.attempts, evidence.throttles]);
    }

    fn head(&mut self, head: &ObjectHead) {
        self.option(head.last_modified, Self::time);
        self.option(head.size, Self::number);
        self.option(head.bucket_key, |it, is_used| it.bytes.push(is_used.into()));
        let texts = [
            &head.version_id,
            &head.etag,
            &head.algorithm,
            &head.kms_key_id,
            &head.customer_algorithm,
        ];
        for text in texts {
            self.option(text.as_deref(), Self::text);
        }
        let problem =
            head.not_understood.as_ref().map(|it| number_of(&mut self.named.problems, it));
        self.option(problem, |it, number| it.number(number.into()));
    }

    fn number(&mut self, number: u64) {
        self.bytes.extend(number.to_le_bytes());
    }

    fn time(&mut self, time: Timestamp) {
        self.bytes.extend(time.as_nanosecond().to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    fn option<T>(&mut self, value: Option<T>, encode: impl FnOnce(&mut Self, T)) {
        self.bytes.push(value.is_some().into());
        if let Some(value) = value {
            encode(self, value);
        }
    }
}

/// Objects from their bytes.
pub(super) struct Decoder<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) named: &'a Named,
}

type Decoded<T> = io::Result<T>;

impl<'a> Decoder<'a> {
    /// The next object; `None` at the end.
    pub(super) fn object(&mut self) -> Decoded<Option<ExaminedObject>> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let (key, named_at) = (self.text()?.to_owned(), self.time()?);
        let (account, region) = (self.account()?, self.region()?);
        let selection: Selection = self.text()?.parse().map_err(|_| damaged())?;
        let answer = match self.byte()? {
            0 => {
                let evidence = self.evidence()?;
                HeadAnswer::Found(Box::new(self.head()?), evidence)
            }
            1 => HeadAnswer::Gone(self.evidence()?),
            _ => HeadAnswer::Unread(self.named(|it| &it.gaps)?),
        };
        let account_region = AccountRegion { account, region };
        Ok(Some(ExaminedObject { key, named_at, account_region, selection, answer }))
    }

    fn evidence(&mut self) -> Decoded<Evidence> {
        Ok(Evidence {
            operation: self.named(|it| &it.operations)?,
            account: self.option(Self::account)?,
            region: self.option(Self::region)?,
            at: self.time()?,
            request_id: self.option(|it| Ok(it.text()?.into()))?,
            attempts: self.byte()?,
            throttles: self.byte()?,
        })
    }

    fn head(&mut self) -> Decoded<ObjectHead> {
        let owned = |it: &mut Self| it.option(|it| Ok(it.text()?.to_owned()));
        Ok(ObjectHead {
            last_modified: self.option(Self::time)?,
            size: self.option(Self::number)?,
            bucket_key: self.option(|it| Ok(it.byte()? != 0))?,
            version_id: owned(self)?,
            etag: owned(self)?,
            algorithm: owned(self)?,
            kms_key_id: owned(self)?,
            customer_algorithm: owned(self)?,
            not_understood: self.option(|decoder| decoder.named(|named| &named.problems))?,
        })
    }

    fn take(&mut self, count: usize) -> Decoded<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(damaged)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Decoded<u8> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Decoded<u64> {
        let bytes = self.take(8)?.try_into().map_err(|_| damaged())?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn time(&mut self) -> Decoded<Timestamp> {
        let bytes = self.take(16)?.try_into().map_err(|_| damaged())?;
        Timestamp::from_nanosecond(i128::from_le_bytes(bytes)).map_err(|_| damaged())
    }

    pub(super) fn text(&mut self) -> Decoded<&'a str> {
        let length = usize::try_from(self.number()?).map_err(|_| damaged())?;
        str::from_utf8(self.take(length)?).map_err(|_| damaged())
    }

    fn account(&mut self) -> Decoded<AccountId> {
        AccountId::new(self.number()?).ok_or_else(damaged)
    }

    fn region(&mut self) -> Decoded<Region> {
        Region::new(self.text()?).ok_or_else(damaged)
    }

    fn named<T: Clone>(&mut self, list: impl FnOnce(&Named) -> &Vec<T>) -> Decoded<T> {
        let place = usize::try_from(self.number()?).map_err(|_| damaged())?;
        list(self.named).get(place).cloned().ok_or_else(damaged)
    }

    fn option<T>(&mut self, decode: impl FnOnce(&mut Self) -> Decoded<T>) -> Decoded<Option<T>> {
        if self.byte()? == 0 { Ok(None) } else { decode(self).map(Some) }
    }
}

fn damaged() -> io::Error {
    io::Error::other("the file of the samples was changed by another program")
}

#[cfg(test)]
mod tests {
    use trailseal_model::{Gap, GapClass, GapLedger};

    use super::*;

    fn evidence(request_id: Option<&str>) -> Evidence {
        Evidence {
            operation: Operation::HeadObject,
            account: AccountId::new(1),
            region: None,
            at: "2026-11-20T00:00:00.123456789Z".parse().unwrap(),
            request_id: request_id.map(Into::into),
            attempts: 2,
            throttles: 1,
        }
    }

    fn object(selection: Selection, answer: HeadAnswer) -> ExaminedObject {
        let (account, region) = (AccountId::new(7).unwrap(), Region::new("eu-west-1").unwrap());
        ExaminedObject {
            key: "AWSLogs/ä b".to_owned(),
            named_at: "2026-11-20T00:10:00Z".parse().unwrap(),
            account_region: AccountRegion { account, region },
            selection,
            answer,
        }
    }

    fn objects() -> Vec<ExaminedObject> {
        let head = ObjectHead {
            version_id: Some("null".to_owned()),
            last_modified: Some("2026-11-20T00:10:05Z".parse().unwrap()),
            size: Some(u64::MAX),
            etag: Some(String::new()),
            algorithm: Some("aws:kms".to_owned()),
            kms_key_id: Some("key".to_owned()),
            customer_algorithm: None,
            bucket_key: Some(true),
            not_understood: Some(HeaderProblem::Missing(ObjectHead::KEY_ID)),
        };
        let gap = GapLedger::default().record(Gap::new(GapClass::Denied, Operation::HeadObject));
        let found = |head| HeadAnswer::Found(Box::new(head), evidence(None));
        vec![
            object(Selection::All, found(head)),
            object(Selection::KeyChange, found(ObjectHead::default())),
            object(Selection::History, HeadAnswer::Gone(evidence(Some("id")))),
            object(Selection::Digest, HeadAnswer::Unread(gap)),
        ]
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut named = Named::default();
        let mut encoder = Encoder { bytes: Vec::new(), named: &mut named };
        for object in &objects() {
            encoder.object(object);
        }
        let bytes = encoder.bytes;
        let mut decoder = Decoder { bytes: &bytes, named: &named };
        let read = std::iter::from_fn(|| decoder.object().unwrap());
        assert_eq!(read.collect::<Vec<_>>(), objects());
    }

    #[test]
    fn what_was_cut_short_is_refused() {
        let mut named = Named::default();
        let mut encoder = Encoder { bytes: Vec::new(), named: &mut named };
        encoder.object(&objects()[0]);
        let bytes = encoder.bytes;
        for length in 1..bytes.len() {
            let mut decoder = Decoder { bytes: &bytes[..length], named: &named };
            assert!(decoder.object().is_err(), "{length}");
        }
    }
}
