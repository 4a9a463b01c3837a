//! What a call is, for draws; and who pays for it, for limits.

use bytes::Bytes;
use http::Request;

use crate::draw::Draw;
use crate::service::{Call, Payer};
use crate::wire::Input;
use crate::world::World;

/// The call in one draw: the same in every run, whichever session it comes from, whatever the
/// endpoint's host and port, and whichever attempt it is.
pub(crate) fn identity(world: &World, call: &Call<'_>, request: &Request<Bytes>) -> Draw {
    let draw = world.draw("call").word(call.operation.name).word(call.region.name());
    let draw = draw.number(call.session.account.number());
    match &call.input {
        Input::Json(_) => draw.bytes(request.body()),
        // Callers put the name of their run into the session's.
        Input::Query(request) => request
            .parameters
            .iter()
            .filter(|it| it.0 != "RoleSessionName")
            .fold(draw, |draw, it| draw.word(it.0).word(it.1)),
        // Not the body: objects that are put hold the time of the run.
        Input::S3(request) => {
            let draw = draw.word(request.bucket.as_deref().unwrap_or_default());
            let draw = draw.word(request.key.as_deref().unwrap_or_default());
            request.query.iter().fold(draw, |draw, it| draw.word(&it.0).word(&it.1))
        }
    }
}

/// As much of a request as is the same in every run, where its caller is not known.
pub(crate) fn anonymous(world: &World, request: &Request<Bytes>) -> Draw {
    let target = request.headers().get("x-amz-target");
    let draw = world.draw("request").word(request.method().as_str()).word(request.uri().path());
    draw.bytes(target.map(http::HeaderValue::as_bytes).unwrap_or_default())
}

/// What tells the buckets of one quota apart, and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paying<'a> {
    pub(crate) hash: u64,
    /// The bucket in S3 with the prefix.
    place: Option<(&'a str, &'a str)>,
}

/// Who pays for a call.
pub(crate) fn payer<'a>(call: &'a Call<'_>) -> Paying<'a> {
    let quota = call.operation.quota;
    let draw = Draw::new(0).word(quota.bucket);
    let account = draw.number(call.session.account.number());
    if let (Payer::Prefix, Input::S3(request)) = (quota.payer, &call.input)
        && let Some(bucket) = request.bucket.as_deref()
    {
        let key = request.key.as_deref().or(request.parameter("prefix")).unwrap_or_default();
        let prefix = key.rsplit_once('/').map_or("", |it| it.0);
        return Paying {
            hash: draw.word(bucket).word(prefix).value(),
            place: Some((bucket, prefix)),
        };
    }
    let hash = match quota.payer {
        Payer::Account => account.value(),
        _ => account.word(call.region.name()).value(),
    };
    Paying { hash, place: None }
}

impl Paying<'_> {
    /// Who it is, in words.
    pub(crate) fn name(self, call: &Call<'_>) -> String {
        match (self.place, call.operation.quota.payer) {
            (Some((bucket, prefix)), _) => format!("{bucket}/{prefix}"),
            (None, Payer::Account) => call.session.account.to_string(),
            (None, _) => format!("{} {}", call.session.account, call.region),
        }
    }
}
