//! Refusals in the words of each protocol: credentials, signatures, limits, failures.

use jiff::{SignedDuration, Timestamp};

use crate::service::Service;
use crate::session::Refused;
use crate::wire::Protocol;
use crate::wire::fault::Fault;
use crate::world::region::Region;

/// JSON 1.1 answers 400 where the others answer 403.
fn forbidden(service: Service, code: &str, message: impl Into<String>) -> Fault {
    let status = if service.protocol() == Protocol::Json11 { 400 } else { 403 };
    Fault::new(status, code, message)
}

/// Nobody signed it.
pub(crate) fn unsigned(service: Service) -> Fault {
    match service.protocol() {
        Protocol::RestXml => Fault::new(403, "AccessDenied", "Access Denied"),
        Protocol::Query => {
            Fault::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
        }
        _ => forbidden(
            service,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
    }
}

fn bad_signature(service: Service, message: impl Into<String>) -> Fault {
    let code = match service.protocol() {
        Protocol::RestXml | Protocol::Query => "SignatureDoesNotMatch",
        _ => "InvalidSignatureException",
    };
    forbidden(service, code, message)
}

/// It is not signed with the caller's secret.
pub(crate) fn unverified(service: Service) -> Fault {
    bad_signature(
        service,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
    )
}

/// It is signed for another service than the one it is sent to.
pub(crate) fn other_service(service: Service) -> Fault {
    let name = service.signing_name();
    match service.protocol() {
        Protocol::RestXml => Fault::new(
            400,
            "AuthorizationHeaderMalformed",
            format!(
                "The authorization header is malformed; incorrect service. This endpoint belongs to \"{name}\"."
            ),
        ),
        _ => bad_signature(
            service,
            format!("Credential should be scoped to correct service: '{name}'. "),
        ),
    }
}

/// It is signed for another Region than the one it is sent to.
pub(crate) fn other_region(service: Service, signed: &str, expected: Region) -> Fault {
    match service.protocol() {
        Protocol::RestXml => Fault::new(
            400,
            "AuthorizationHeaderMalformed",
            format!("The authorization header is malformed; the region '{signed}' is wrong; expecting '{expected}'"),
        )
        .element("Region", expected.name()),
        _ => bad_signature(service, "Credential should be scoped to a valid region. "),
    }
}

/// The caller's clock is wrong: S3 names the time, the others the signature.
pub(crate) fn skewed(service: Service, now: Timestamp) -> Fault {
    if service == Service::S3 {
        let message = "The difference between the request time and the current time is too large.";
        return Fault::new(403, "RequestTimeTooSkewed", message);
    }
    let minutes = |it: i64| now.saturating_add(SignedDuration::from_mins(it)).unwrap_or(now);
    let stamp = |it: Timestamp| it.strftime("%Y%m%dT%H%M%SZ").to_string();
    let (signed, limit, now) = (stamp(minutes(15)), stamp(minutes(5)), stamp(now));
    bad_signature(
        service,
        format!("Signature not yet current: {signed} is still later than {limit} ({now} + 5 min.)"),
    )
}

/// What each protocol answers to credentials that it does not take, a disabled Region's too.
pub(crate) fn refused(service: Service, why: Refused) -> Fault {
    const INVALID: &str = "The security token included in the request is invalid.";
    const EXPIRED: &str = "The security token included in the request is expired";
    match (service.protocol(), why) {
        (Protocol::RestXml, Refused::Unknown) => Fault::new(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        (Protocol::RestXml, Refused::Expired) => {
            Fault::new(400, "ExpiredToken", "The provided token has expired.")
        }
        (Protocol::Query, Refused::Unknown) => Fault::new(403, "InvalidClientTokenId", INVALID),
        (Protocol::Query, Refused::Expired) => Fault::new(403, "ExpiredToken", EXPIRED),
        (_, Refused::Unknown) => forbidden(service, "UnrecognizedClientException", INVALID),
        (_, Refused::Expired) => forbidden(service, "ExpiredTokenException", EXPIRED),
    }
}

/// The session's account is suspended or closed (S3's list of error responses; the others do not
/// say why they take no credentials of such an account).
pub(crate) fn unusable_account(service: Service) -> Fault {
    match service {
        Service::S3 => Fault::new(
            403,
            "AccountProblem",
            "There is a problem with your AWS account that prevents the operation from completing successfully. Contact AWS Support for further assistance.",
        ),
        _ => refused(service, Refused::Unknown),
    }
}

/// Too many requests.
pub(crate) fn throttled(service: Service) -> Fault {
    match service {
        Service::S3 => Fault::new(503, "SlowDown", "Please reduce your request rate."),
        Service::Sts => Fault::new(400, "Throttling", "Rate exceeded"),
        Service::Organizations => Fault::new(
            400,
            "TooManyRequestsException",
            "AWS Organizations can't complete your request because another request is already in progress. Try again later.",
        ),
        Service::Account => Fault::new(429, "TooManyRequestsException", "Rate exceeded"),
        Service::CloudTrail | Service::Kms => {
            Fault::new(400, "ThrottlingException", "Rate exceeded")
        }
    }
}

/// The service failed.
pub(crate) fn server_error(service: Service) -> Fault {
    const MESSAGE: &str =
        "The request processing has failed because of an unknown error, exception or failure.";
    match service {
        Service::S3 => {
            Fault::new(500, "InternalError", "We encountered an internal error. Please try again.")
        }
        Service::Account => Fault::new(500, "InternalServerException", MESSAGE),
        _ => Fault::new(500, "InternalFailure", MESSAGE),
    }
}

/// The error of an operation for something that does not exist, as its model has it; `None` if it
/// knows none: lists are empty then, and a role that is missing is a denial.
pub(crate) fn not_found(operation: &str) -> Option<Fault> {
    let (status, code, message) = match operation {
        "GetTrail" | "GetTrailStatus" | "GetEventSelectors" | "GetInsightSelectors" => {
            (400, "TrailNotFoundException", "Unknown trail")
        }
        "GetEventDataStore" => {
            (400, "EventDataStoreNotFoundException", "Event data store not found.")
        }
        "ListTags" => (400, "ResourceNotFoundException", "The specified resource is not found."),
        "DescribeKey"
        | "GetKeyPolicy"
        | "GetKeyRotationStatus"
        | "ListAliases"
        | "ListGrants"
        | "ListResourceTags" => (400, "NotFoundException", "Key does not exist"),
        "ListAccounts" | "DescribeOrganization" | "ListRoots" | "ListDelegatedAdministrators" => (
            400,
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        ),
        "DescribeAccount" | "ListDelegatedServicesForAccount" => {
            (400, "AccountNotFoundException", "You specified an account that doesn't exist.")
        }
        "DescribeOrganizationalUnit" => (
            400,
            "OrganizationalUnitNotFoundException",
            "You specified an organizational unit that doesn't exist.",
        ),
        "ListOrganizationalUnitsForParent" | "ListAccountsForParent" | "ListChildren" => {
            (400, "ParentNotFoundException", "You specified parent that doesn't exist.")
        }
        "ListParents" => (400, "ChildNotFoundException", "You specified child that doesn't exist."),
        "ListTagsForResource" => {
            (400, "TargetNotFoundException", "You specified a target that doesn't exist.")
        }
        "HeadBucket" | "ListObjectsV2" | "GetBucketLocation" | "PutObject" => {
            (404, "NoSuchBucket", "The specified bucket does not exist")
        }
        "HeadObject" | "GetObject" => (404, "NoSuchKey", "The specified key does not exist."),
        "GetBucketEncryption" => (
            404,
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found",
        ),
        _ => return None,
    };
    Some(Fault::new(status, code, message))
}
