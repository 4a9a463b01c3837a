//! Delivered log objects: listed, and looked at from outside. Never GetObject, never checksum
//! mode, which would need kms:Decrypt.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::Config;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, ServerSideEncryption};
use trailseal_model::question::{AnswerTo, HeadObject, ListObjects};
use trailseal_model::{
    Answer, Evidence, Gap, ObjectHead, ObjectsListed, Operation, Reader, Region, Want,
};

use super::read::{Page, present_owned, read_pages, time};
use crate::Aws;
use crate::answer::ReadHeaders;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

/// Keys of a page that takes up so little memory that no request needs to wait for it.
const SMALL_PAGE: u16 = 100;

/// What came of asking in one Region.
enum Reached<T> {
    Here(T),
    /// The bucket is in this Region; the SDK does not follow S3's redirects.
    Elsewhere(Region),
}

impl AnswerTo<ListObjects> for Aws {
    async fn answer_to(&self, question: ListObjects) -> Result<Answer<ObjectsListed>, Gap> {
        let subject = format!("{}/{}", question.bucket, question.prefix);
        match self.list_in(&question, &subject).await? {
            Answer { value: Reached::Here(page), evidence } => Ok(Answer { value: page, evidence }),
            Answer { value: Reached::Elsewhere(region), .. } => {
                let reader = moved(question.reader, region);
                let question = ListObjects { reader, ..question };
                let answer = self.list_in(&question, &subject).await?;
                arrived(answer, &ask(Operation::ListObjectsV2, reader, &subject))
            }
        }
    }
}

impl AnswerTo<HeadObject> for Aws {
    async fn answer_to(&self, question: HeadObject) -> Result<Answer<Option<ObjectHead>>, Gap> {
        let HeadObject { reader, bucket, key } = &question;
        let subject = format!("{bucket}/{key}");
        match self.head(*reader, bucket, key, &subject).await? {
            Answer { value: Reached::Here(head), evidence } => Ok(Answer { value: head, evidence }),
            Answer { value: Reached::Elsewhere(region), .. } => {
                let reader = moved(*reader, region);
                let answer = self.head(reader, bucket, key, &subject).await?;
                arrived(answer, &ask(Operation::HeadObject, reader, &subject))
            }
        }
    }
}

impl Aws {
    /// One page. S3 may give an empty one that leads to another: only its token goes on there.
    async fn list_in(
        &self,
        question: &ListObjects,
        subject: &str,
    ) -> Result<Answer<Reached<ObjectsListed>>, Gap> {
        let ListObjects { reader, bucket, prefix, start_after, want } = question;
        let region = reader.target.region;
        let ask = ask(Operation::ListObjectsV2, *reader, subject);
        let listing = read_pages(&ask, async |token| {
            // Taken before the permit, so that pages do not come faster than it allows.
            let is_large = want.most() > SMALL_PAGE;
            let _page = if is_large { self.pages.acquire().await.ok() } else { None };
            // Keys may hold characters that XML cannot carry, so S3 is asked to encode them.
            let request = self
                .clients
                .s3(region)
                .list_objects_v2()
                .bucket(bucket)
                .prefix(prefix)
                .set_delimiter((*want == Want::Folders).then(|| "/".to_owned()))
                .set_start_after(start_after.clone())
                .max_keys(i32::from(want.most()))
                .encoding_type(EncodingType::Url)
                .set_continuation_token(token)
                .set_expected_bucket_owner(reader.expected_owner.map(|owner| owner.to_string()));
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<ListObjectsV2Output, &Failure>| {
                reached(output, region, |output| read_page(&output, question)).map(of_listing)
            };
            self.call(&ask, send, read).await
        });
        let mut pages = listing.await?.whole()?;
        match pages.value.pop() {
            Some(page) => Ok(Answer { value: page, evidence: pages.evidence }),
            None => Err(ask.malformed("the listing has no page")),
        }
    }

    /// S3 answers a bare 400 for an object under a key of its writer (SSE-C), and for a session that
    /// it does not take. A listing has a body to say which: where the session lists the object and is
    /// refused again, the object is the reason.
    async fn head(
        &self,
        reader: Reader,
        bucket: &str,
        key: &str,
        subject: &str,
    ) -> Result<Answer<Reached<Option<ObjectHead>>>, Gap> {
        let refused = match self.head_in(reader, bucket, key, subject).await {
            Err(gap) if is_bare_400(&gap) => gap,
            res => return res,
        };
        let question = ListObjects {
            reader,
            bucket: bucket.to_owned(),
            prefix: key.to_owned(),
            start_after: None,
            want: Want::First,
        };
        let listed = match self.list_in(&question, subject).await {
            Ok(Answer { value: Reached::Here(page), evidence })
                if page.keys.first().is_some_and(|first| first == key) =>
            {
                evidence
            }
            _ => return Err(refused),
        };
        match self.head_in(reader, bucket, key, subject).await {
            Err(gap) if is_bare_400(&gap) => {
                let evidence = Evidence {
                    operation: Operation::HeadObject,
                    request_id: gap.request_id,
                    attempts: gap.attempts,
                    throttles: gap.throttles,
                    ..listed
                };
                Ok(Answer { value: Reached::Here(Some(under_writers_key())), evidence })
            }
            res => res,
        }
    }

    async fn head_in(
        &self,
        reader: Reader,
        bucket: &str,
        key: &str,
        subject: &str,
    ) -> Result<Answer<Reached<Option<ObjectHead>>>, Gap> {
        let region = reader.target.region;
        let request = self
            .clients
            .s3(region)
            .head_object()
            .bucket(bucket)
            .key(key)
            .set_expected_bucket_owner(reader.expected_owner.map(|it| it.to_string()));
        let headers = ReadHeaders::default();
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = request.clone().customize().interceptor(headers.clone());
            request.config_override(config).send()
        };
        let read = |output: Result<HeadObjectOutput, &Failure>| match output {
            Err(failure) if failure.status == Some(404) => Ok(Reached::Here(None)),
            output => reached(output, region, |it| read_head(&it, &headers).map(Some)),
        };
        self.call(&ask(Operation::HeadObject, reader, subject), send, read).await
    }
}

fn is_bare_400(gap: &Gap) -> bool {
    gap.http_status == Some(400) && gap.code.is_none()
}

/// All that is known of an object which S3 shows only to a caller that has its key.
fn under_writers_key() -> ObjectHead {
    ObjectHead {
        version_id: None,
        last_modified: None,
        size: None,
        etag: None,
        algorithm: None,
        kms_key_id: None,
        customer_algorithm: Some("not told".to_owned()),
        bucket_key: None,
        not_understood: None,
    }
}

const fn ask(operation: Operation, reader: Reader, subject: &str) -> Ask<'_> {
    Ask::new(operation, reader.target.account, reader.target.region).on(subject)
}

const fn moved(reader: Reader, region: Region) -> Reader {
    let target = trailseal_model::Target { region, ..reader.target };
    Reader { target, ..reader }
}

fn reached<O, T>(
    output: Result<O, &Failure>,
    asked: Region,
    read: impl Fn(O) -> Result<T, Unread>,
) -> Result<Reached<T>, Unread> {
    match output {
        Ok(output) => read(output).map(Reached::Here),
        Err(failure) => failure.redirect(asked).map(Reached::Elsewhere).ok_or(failure.into()),
    }
}

fn arrived<T>(answer: Answer<Reached<T>>, ask: &Ask<'_>) -> Result<Answer<T>, Gap> {
    match answer.value {
        Reached::Here(value) => Ok(Answer { value, evidence: answer.evidence }),
        Reached::Elsewhere(region) => {
            Err(ask.malformed(&format!("S3 redirects to {region} and from there again")))
        }
    }
}

/// A page as one of a listing.
fn of_listing(page: Reached<Page<ObjectsListed>>) -> Page<Reached<ObjectsListed>> {
    match page {
        Reached::Here(Page { items, next_token }) => {
            Page { items: items.into_iter().map(Reached::Here).collect(), next_token }
        }
        Reached::Elsewhere(region) => {
            Page { items: vec![Reached::Elsewhere(region)], next_token: None }
        }
    }
}

/// A page, which goes on by its token only where nothing is on it.
fn read_page(
    output: &ListObjectsV2Output,
    question: &ListObjects,
) -> Result<Page<ObjectsListed>, Unread> {
    // S3 sends it with every page; without it this may be any XML.
    let is_truncated = output.is_truncated().ok_or("ListObjectsV2 without IsTruncated")?;
    // A server that does not know the parameter does not echo it, and gives keys as they are.
    let is_encoded = output.encoding_type() == Some(&EncodingType::Url);
    let read = |key: Option<&str>, without: &'static str| {
        let key = key.filter(|it| !it.is_empty()).ok_or(without)?;
        if is_encoded {
            decoded(key).ok_or_else(|| format!("the key `{key}` is not url-encoded text").into())
        } else {
            Ok(key.to_owned())
        }
    };
    let keys = output.contents().iter().map(|it| read(it.key(), "an object without Key"));
    let keys = keys.collect::<Result<_, Unread>>()?;
    let folders = output.common_prefixes().iter();
    let folders = folders.map(|it| read(it.prefix(), "a common prefix without Prefix"));
    let folders = folders.collect::<Result<_, Unread>>()?;
    let next_token = present_owned(output.next_continuation_token());
    if next_token.is_none() && is_truncated {
        return Err("a truncated listing without NextContinuationToken".into());
    }
    let listed = output.contents().len() + output.common_prefixes().len();
    if output.key_count().is_some_and(|count| usize::try_from(count) != Ok(listed)) {
        return Err(format!("ListObjectsV2 gives {listed} keys and another KeyCount").into());
    }
    let page = ObjectsListed::of_page(question.want, keys, folders, next_token.is_some());
    // What goes on where it began would never end.
    if page.next.is_some() && page.next <= question.start_after {
        return Err("the listing repeats a page: its names do not come after StartAfter".into());
    }
    Ok(Page { items: vec![page], next_token: next_token.filter(|_| listed == 0) })
}

/// Undoes S3's `encoding-type=url`: a blank comes as `+`, a plus as `%2B`.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                let value = digits.map(|it| char::from(it).to_digit(16));
                u8::try_from(value[0]? * 16 + value[1]?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn read_head(output: &HeadObjectOutput, headers: &ReadHeaders) -> Result<ObjectHead, Unread> {
    if !headers.is_of_s3() {
        return Err("no answer of S3 to HeadObject: neither a header of S3 nor an ETag".into());
    }
    let algorithm = output.server_side_encryption().map(ServerSideEncryption::as_str);
    Ok(ObjectHead {
        version_id: present_owned(output.version_id()),
        last_modified: time("Last-Modified", output.last_modified())?,
        size: output.content_length().and_then(|it| u64::try_from(it).ok()),
        etag: present_owned(output.e_tag().map(|it| it.trim_matches('"'))),
        algorithm: present_owned(algorithm),
        kms_key_id: present_owned(output.ssekms_key_id()),
        customer_algorithm: present_owned(output.sse_customer_algorithm()),
        bucket_key: output.bucket_key_enabled(),
        not_understood: headers.problem(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_plus_and_other_characters_survive() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(decoded(text).as_deref(), expected, "{text}");
        };
        check("a+b%2Bc%20d/e", Some("a b+c d/e"));
        check("%C3%A9%01", Some("é\u{1}"));
        check("%", None);
        check("%zz", None);
        check("%FF", None);
    }
}
