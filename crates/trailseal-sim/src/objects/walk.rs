//! All objects of a bucket: those that trails delivered, foreign ones, and those that were put.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::delivered::{FilePosition, Files};
use super::order::after;
use super::series::Delivered;
use crate::draw::Draw;
use crate::state::{Stored, StoredObject};
use crate::world::World;
use crate::world::bucket::{Bucket, ExtraObject};
use crate::world::trail::Seal;

/// One object.
#[derive(Debug, Clone)]
pub enum Object<'a> {
    /// A trail delivered it.
    Delivered(Delivered<'a>),
    /// It was always there, since this time.
    Extra(&'a ExtraObject, Timestamp, Draw),
    /// It was put.
    Stored(StoredObject),
}

impl Object<'_> {
    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Delivered(it) => it.size(),
            Self::Extra(it, ..) => it.size,
            Self::Stored(it) => it.body.len() as u64,
        }
    }

    /// `LastModified`.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Delivered(it) => it.at(),
            Self::Extra(_, at, _) => *at,
            Self::Stored(it) => it.at,
        }
    }

    /// `ETag`, in its quotes.
    #[must_use]
    pub fn etag(&self) -> String {
        let draw = match self {
            Self::Delivered(it) => it.draw(),
            Self::Extra(.., draw) => *draw,
            Self::Stored(it) => return it.etag.to_string(),
        };
        let draw = draw.word("etag");
        format!("\"{:016x}{:016x}\"", draw.number(0).value(), draw.number(1).value())
    }

    /// How it is encrypted.
    #[must_use]
    pub fn seal(&self) -> &Seal {
        match self {
            Self::Delivered(it) => it.seal(),
            Self::Extra(it, ..) => &it.seal,
            Self::Stored(it) => &it.seal,
        }
    }
}

/// The objects of a bucket at one time.
#[derive(Debug, Clone, Copy)]
pub struct Objects<'a> {
    files: Files<'a>,
    bucket: &'a Bucket,
    stored: &'a Stored,
}

impl<'a> Objects<'a> {
    /// The objects of a bucket at this time.
    #[must_use]
    pub fn new(world: &'a World, stored: &'a Stored, bucket: &'a Bucket, now: Timestamp) -> Self {
        let files = Files { world, layout: world.layout(&bucket.name), now };
        Self { files, bucket, stored }
    }

    /// The object with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Object<'a>> {
        if let Some(stored) = self.stored.get(&self.bucket.name, key) {
            return Some(Object::Stored(stored));
        }
        if let Some(extra) = self.extra_from(key).filter(|it| &*it.key == key) {
            return Some(self.extra(extra));
        }
        let place = self.files.seek(key);
        place.peek().filter(|it| it.0 == key).map(|it| Object::Delivered(it.1))
    }

    /// A walk over the objects, from the first key that is not less than this text.
    #[must_use]
    pub fn walk(&self, from: &str) -> Walk<'a> {
        Walk {
            objects: *self,
            delivered: self.files.seek(from),
            extra: self.extra_from(from),
            stored: self.stored.first_from(&self.bucket.name, from),
        }
    }

    fn extra_from(&self, text: &str) -> Option<&'a ExtraObject> {
        let extra = &self.bucket.extra[..];
        let behind = &extra[extra.partition_point(|it| &*it.key < text)..];
        behind.iter().find(|it| self.extra_at(it) <= self.files.now)
    }

    fn extra_draw(&self, object: &ExtraObject) -> Draw {
        self.files.world.draw("extra").word(&self.bucket.name).word(&object.key)
    }

    /// The minute that the key shows, as a log file's does, with some seconds; else some day of the
    /// year before the world's start.
    fn extra_at(&self, object: &ExtraObject) -> Timestamp {
        let draw = self.extra_draw(object).word("at");
        let seconds = |below: u64| SignedDuration::from_secs(draw.below(below).cast_signed());
        match shown_time(&object.key) {
            Some(shown) => shown + SignedDuration::from_secs(10) + seconds(50),
            None => self.files.world.start() - SignedDuration::from_hours(24) - seconds(31_536_000),
        }
    }

    fn extra(&self, object: &'a ExtraObject) -> Object<'a> {
        Object::Extra(object, self.extra_at(object), self.extra_draw(object))
    }
}

/// The time that a key shows as `YYYYMMDDTHHMM`.
fn shown_time(key: &str) -> Option<Timestamp> {
    key.as_bytes().windows(13).find_map(|window| {
        let (date, time) = window.split_at(8);
        let time = time.strip_prefix(b"T")?;
        let number = |digits: &[u8]| -> Option<i16> {
            let is_number = digits.iter().all(u8::is_ascii_digit);
            std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
        };
        let small = |digits: &[u8]| i8::try_from(number(digits)?).ok();
        let date = Date::new(number(&date[..4])?, small(&date[4..6])?, small(&date[6..])?).ok()?;
        let (hour, minute) = (small(&time[..2])?, small(&time[2..])?);
        let time = Time::new(hour, minute, 0, 0).ok()?;
        Offset::UTC.to_timestamp(date.to_datetime(time)).ok()
    })
}

/// A place among the objects of a bucket.
#[derive(Debug)]
pub struct Walk<'a> {
    objects: Objects<'a>,
    delivered: FilePosition<'a>,
    extra: Option<&'a ExtraObject>,
    stored: Option<(Box<str>, StoredObject)>,
}

impl<'a> Walk<'a> {
    /// The object here with its key. What was put hides a foreign object with the same key, and
    /// that hides a delivered one.
    #[must_use]
    pub fn peek(&self) -> Option<(&str, Object<'a>)> {
        let delivered = self.delivered.peek();
        let mut first = delivered.map(|(key, file)| (key, Object::Delivered(file)));
        if let Some(extra) = self.extra
            && first.as_ref().is_none_or(|it| &*extra.key <= it.0)
        {
            first = Some((&extra.key, self.objects.extra(extra)));
        }
        if let Some((key, stored)) = &self.stored
            && first.as_ref().is_none_or(|it| &**key <= it.0)
        {
            first = Some((key, Object::Stored(stored.clone())));
        }
        first
    }

    /// Goes on to the next object.
    pub fn advance(&mut self) {
        let Some((key, _)) = self.peek() else { return };
        let is_lone = self.extra.is_none() && self.stored.is_none();
        if is_lone {
            return self.delivered.advance();
        }
        let next = after(key);
        if self.delivered.peek().is_some_and(|it| it.0 < &*next) {
            self.delivered.advance();
        }
        self.seek_others(&next);
    }

    /// Goes on to the first object whose key is not less than this text.
    pub fn seek(&mut self, text: &str) {
        self.delivered.seek(text);
        self.seek_others(text);
    }

    fn seek_others(&mut self, text: &str) {
        if self.extra.is_some_and(|it| &*it.key < text) {
            self.extra = self.objects.extra_from(text);
        }
        if self.stored.as_ref().is_some_and(|it| *it.0 < *text) {
            self.stored = self.objects.stored.first_from(&self.objects.bucket.name, text);
        }
    }
}
