//! S3: buckets, and the objects that trails delivered.

mod access;
mod buckets;
mod chunked;
mod list;
mod object;
mod put;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::{Answer, Call, Operation, Payer, Quota};
use crate::wire::fault::Fault;
use crate::wire::xml::Xml;
use crate::wire::{Input, Reply, S3Request};
use crate::world::World;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// S3 user guide, "Best practices design patterns: optimizing Amazon S3 performance".
const READS: Quota =
    Quota { bucket: "s3-read", per_second: 5_500, burst: 5_500, payer: Payer::Prefix };
const WRITES: Quota =
    Quota { bucket: "s3-write", per_second: 3_500, burst: 3_500, payer: Payer::Prefix };
/// Not published: an assumption.
const REQUESTS: Quota =
    Quota { bucket: "s3-bucket", per_second: 100, burst: 100, payer: Payer::RegionStatus };

/// Its operations.
pub const OPERATIONS: &[Operation] = &[
    read("GetBucketEncryption", "s3:GetEncryptionConfiguration", REQUESTS, buckets::encryption),
    read("GetBucketLocation", "s3:GetBucketLocation", REQUESTS, buckets::location),
    read("GetObject", "s3:GetObject", READS, object::get),
    read("HeadBucket", LIST_BUCKET, READS, buckets::head),
    read("HeadObject", "s3:GetObject", READS, object::head),
    read("ListBuckets", "s3:ListAllMyBuckets", REQUESTS, buckets::list),
    read("ListObjectsV2", LIST_BUCKET, READS, list::list),
    Operation { is_read: false, ..read("PutObject", "s3:PutObject", WRITES, put::put) },
];

/// The action of listing, which also decides whether a caller is told that a key does not exist.
const LIST_BUCKET: &str = "s3:ListBucket";

const fn read(name: &'static str, action: &'static str, quota: Quota, answer: Answer) -> Operation {
    Operation { name, action: Some(action), is_read: true, quota, resource, answer }
}

/// The ARN of the object or the bucket.
fn resource(world: &World, call: &Call<'_>) -> String {
    let Ok(request) = request(call) else { return String::new() };
    match (&request.bucket, &request.key) {
        (Some(bucket), Some(key)) => format!("{}/{key}", bucket_arn(world, bucket)),
        (Some(bucket), None) => bucket_arn(world, bucket),
        _ => String::new(),
    }
}

fn bucket_arn(world: &World, bucket: &str) -> String {
    format!("arn:{}:s3:::{bucket}", world.partition())
}

/// What is asked.
fn request<'a>(call: &'a Call<'_>) -> Result<&'a S3Request, Fault> {
    match &call.input {
        Input::S3(request) => Ok(request),
        Input::Json(_) | Input::Query(_) => Err(Fault::new(500, "InternalError", "")),
    }
}

/// An answer of 200 with an XML document in it.
fn document(
    headers: Vec<(&'static str, String)>,
    root: &str,
    fill: impl FnOnce(&mut Xml),
) -> Reply {
    let mut xml = Xml::document();
    xml.root(root, NAMESPACE, fill);
    Reply::S3 { status: 200, headers, body: xml.into_string().into() }
}

/// A time as XML carries it.
fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// S3's word for a parameter that it does not take.
fn invalid_argument(message: &str, name: &'static str, value: &str) -> Fault {
    let fault = Fault::new(400, "InvalidArgument", message);
    fault.element("ArgumentName", name).element("ArgumentValue", value)
}

/// A number from 1 to 1000, or whatever the most is: greater ones count as the most.
fn limit(request: &S3Request, name: &'static str, most: usize) -> Result<usize, Fault> {
    let Some(text) = request.parameter(name).filter(|it| !it.is_empty()) else { return Ok(most) };
    let number = text.parse::<u32>().ok().filter(|it| i32::try_from(*it).is_ok());
    let number = number.ok_or_else(|| {
        let message = format!("Provided {name} not an integer or within integer range");
        invalid_argument(&message, name, text)
    })?;
    Ok(most.min(number as usize))
}
