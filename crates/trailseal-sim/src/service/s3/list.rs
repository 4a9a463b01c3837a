//! ListObjectsV2.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::access::{Routing, enter};
use super::{document, invalid_argument, iso, limit, request};
use crate::objects::{Objects, Walk, after, behind};
use crate::service::paging::{text_place, text_token};
use crate::service::{Call, Context};
use crate::wire::fault::Fault;
use crate::wire::xml::Xml;
use crate::wire::{Reply, S3Request};

pub(super) const WRONG_TOKEN: &str = "The continuation token provided is incorrect";
const MOST_KEYS: usize = 1_000;

/// What a listing is asked for.
#[derive(Debug)]
struct Question<'a> {
    prefix: &'a str,
    delimiter: Option<&'a str>,
    start_after: Option<&'a str>,
    token: Option<&'a str>,
    max_keys: usize,
    is_encoded: bool,
}

/// One page.
#[derive(Debug, Default)]
struct Page {
    contents: Xml,
    common: Xml,
    count: usize,
    /// The last key or common prefix, where more follows.
    more_after: Option<String>,
}

impl<'a> Question<'a> {
    fn new(request: &'a S3Request) -> Result<Self, Fault> {
        let is_encoded = match request.parameter("encoding-type") {
            None | Some("") => false,
            Some("url") => true,
            Some(other) => {
                const METHOD: &str = "Invalid Encoding Method specified in Request";
                return Err(invalid_argument(METHOD, "encoding-type", other));
            }
        };
        let given = |name| request.parameter(name).filter(|it: &&str| !it.is_empty());
        if request.parameter("continuation-token") == Some("") {
            return Err(wrong_token(""));
        }
        Ok(Self {
            prefix: given("prefix").unwrap_or_default(),
            delimiter: given("delimiter"),
            start_after: given("start-after"),
            token: given("continuation-token"),
            max_keys: limit(request, "max-keys", MOST_KEYS)?,
            is_encoded,
        })
    }

    /// What tokens are bound to.
    fn bound_to(&self, bucket: &str) -> String {
        format!("{bucket}\n{}\n{}", self.prefix, self.delimiter.unwrap_or_default())
    }

    /// The common prefix that a key is rolled up into.
    fn common<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.delimiter?;
        let place = key.strip_prefix(self.prefix)?.find(delimiter)?;
        Some(&key[..self.prefix.len() + place + delimiter.len()])
    }

    /// The least text that comes behind a key, and behind all that are rolled up with it.
    fn next(&self, last: &str) -> String {
        self.common(last).map_or_else(|| after(last), behind)
    }

    fn text<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        if self.is_encoded { encode(text).into() } else { text.into() }
    }
}

/// As `EncodingType=url` asks for: clients decode it as a form, with `+` for a blank.
fn encode(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'*')
        .remove(b'/')
        .remove(b' ');
    utf8_percent_encode(text, KEPT).to_string().replace(' ', "+")
}

fn wrong_token(token: &str) -> Fault {
    invalid_argument(WRONG_TOKEN, "continuation-token", token)
}

/// ListObjectsV2.
pub(super) fn list(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let bucket = enter(context, call, Routing::Strict)?;
    let question = Question::new(request(call)?)?;
    let (seed, bound_to) = (context.world.draw("keys").value(), question.bound_to(&bucket.name));
    let last = match question.token {
        Some(token) => Some(text_place(seed, &bound_to, token).ok_or_else(|| wrong_token(token))?),
        None => question.start_after.map(str::to_owned),
    };
    let next = last.map(|it| question.next(&it)).unwrap_or_default();
    let from = next.as_str().max(question.prefix);
    let objects = Objects::new(context.world, &context.state.stored, bucket, call.now);
    let page = read(&question, objects.walk(from));
    let token = page.more_after.as_ref().map(|it| text_token(seed, &bound_to, it));
    let headers = vec![("x-amz-bucket-region", bucket.region.name().to_owned())];
    Ok(document(headers, "ListBucketResult", |xml| {
        xml.element("Name", &bucket.name).element("Prefix", &question.text(question.prefix));
        xml.optional("StartAfter", question.start_after.map(|it| question.text(it)).as_deref());
        xml.optional("ContinuationToken", question.token);
        xml.optional("NextContinuationToken", token.as_deref());
        xml.element("KeyCount", &page.count.to_string());
        xml.element("MaxKeys", &question.max_keys.to_string());
        xml.optional("Delimiter", question.delimiter.map(|it| question.text(it)).as_deref());
        xml.optional("EncodingType", question.is_encoded.then_some("url"));
        xml.element("IsTruncated", if token.is_some() { "true" } else { "false" });
        xml.raw(&page.contents.into_string()).raw(&page.common.into_string());
    }))
}

fn read(question: &Question<'_>, mut walk: Walk<'_>) -> Page {
    let mut page = Page::default();
    let mut last = String::new();
    if question.max_keys == 0 {
        return page;
    }
    while let Some((key, object)) = walk.peek() {
        if !key.starts_with(question.prefix) {
            break;
        }
        if page.count == question.max_keys {
            page.more_after = Some(last);
            break;
        }
        page.count += 1;
        last.clear();
        if let Some(common) = question.common(key) {
            last.push_str(common);
            page.common.nested("CommonPrefixes", |it| {
                it.element("Prefix", &question.text(&last));
            });
            walk.seek(&behind(&last));
        } else {
            last.push_str(key);
            page.contents.nested("Contents", |it| {
                it.element("Key", &question.text(key));
                it.element("LastModified", &iso(object.at()));
                it.element("ETag", &object.etag());
                it.element("Size", &object.size().to_string());
                it.element("StorageClass", "STANDARD");
            });
            walk.advance();
        }
    }
    page
}
