//! What a failed request means. Pure: the same answer always has the same class.

use trailseal_model::{GapClass, Operation, Region};

/// What kept the answer from coming at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// No answer in time.
    Timeout,
    /// The endpoint's name could not be resolved.
    Dns,
    /// The TLS handshake failed.
    Tls,
    /// The proxy refused.
    Proxy,
    /// The connection could not be made, or broke.
    Connection,
    /// The request could not be built, or the answer not be read.
    Unreadable,
}

impl Transport {
    /// The kind that the texts of an error chain tell of, none of them having a type to match on.
    pub(crate) fn from_text(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|it| text.contains(it));
        if says(&["connect timeout"]) {
            Self::Connection
        } else if says(&["timeout", "timed out"]) {
            Self::Timeout
        } else if says(&["dns error", "failed to lookup address", "name resolution"]) {
            Self::Dns
        } else if says(&["proxy", "tunnel"]) {
            Self::Proxy
        } else if says(&["certificate", "tls", "handshake", "corrupt message", "fatal alert"]) {
            Self::Tls
        } else {
            Self::Connection
        }
    }
}

/// A failed request, as far as classifying needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Symptom<'a> {
    /// What was asked.
    pub(crate) operation: Operation,
    /// The HTTP status, or why there is none.
    pub(crate) answered: Result<u16, Transport>,
    /// AWS's error code; HEAD answers have none, for they have no body.
    pub(crate) code: Option<&'a str>,
    /// AWS's message.
    pub(crate) message: Option<&'a str>,
}

/// What a symptom means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Diagnosis {
    /// This class.
    Certain(GapClass),
    /// AWS does not know the token. It says so where the account has not enabled the Region, and
    /// for credentials that are not valid at all: only another call tells which.
    TokenRefused,
}

impl Diagnosis {
    /// The class, provisional for a refused token.
    pub(crate) fn class(self, region: Region) -> GapClass {
        match self {
            Self::Certain(class) => class,
            Self::TokenRefused if region.is_opt_in() => GapClass::RegionDisabled,
            Self::TokenRefused => GapClass::ExpiredCredentials,
        }
    }
}

/// Classifies a failed request.
pub(crate) fn classify(symptom: Symptom<'_>) -> Diagnosis {
    let status = match symptom.answered {
        Ok(status) => status,
        Err(transport) => return Diagnosis::Certain(class_of_transport(transport)),
    };
    let is_head = matches!(symptom.operation, Operation::HeadBucket | Operation::HeadObject);
    let code = symptom.code.unwrap_or_default();
    let message = symptom.message.unwrap_or_default().to_ascii_lowercase();
    if code.is_empty() && is_head {
        return Diagnosis::Certain(class_of_bodiless(status));
    }
    if is_token_refused(code, &message) {
        return Diagnosis::TokenRefused;
    }
    let class = class_of_throttle(status, code, &message)
        .or_else(|| class_of_credentials(code, &message))
        .or_else(|| class_of_denial(symptom.operation, status, code, &message))
        .or_else(|| class_of_absence(symptom.operation, status, code))
        .or_else(|| class_of_status(status, code));
    Diagnosis::Certain(class.unwrap_or(GapClass::MalformedAnswer))
}

/// What to say where AWS said nothing.
pub(crate) fn explanation(operation: Operation, status: u16) -> String {
    match (operation, status) {
        (Operation::HeadObject, 400) => {
            "400 without a body: S3 answers so for an object encrypted under a key that its writer supplied (SSE-C), and for expired credentials"
                .to_owned()
        }
        (Operation::HeadObject | Operation::HeadBucket, _) => {
            format!("{status} without a body, as S3 answers every HEAD request")
        }
        (_, 200..=299) => format!("{status}, but the body is not an answer of {operation}"),
        _ => format!("{status}, and the body is not an error of AWS"),
    }
}

const fn class_of_transport(transport: Transport) -> GapClass {
    match transport {
        Transport::Timeout => GapClass::Timeout,
        Transport::Dns => GapClass::Dns,
        Transport::Tls => GapClass::Tls,
        Transport::Proxy => GapClass::Proxy,
        Transport::Connection => GapClass::Connection,
        Transport::Unreadable => GapClass::MalformedAnswer,
    }
}

const fn class_of_bodiless(status: u16) -> GapClass {
    match status {
        403 => GapClass::Denied,
        404 => GapClass::NotFound,
        407 => GapClass::Proxy,
        // S3's SlowDown, whose code a HEAD answer cannot carry.
        429 | 503 => GapClass::ThrottledOut,
        408 => GapClass::Timeout,
        500..=599 => GapClass::ServerError,
        _ => GapClass::MalformedAnswer,
    }
}

/// Sources: the SDK's own list of throttling errors, and the services' error models.
const THROTTLES: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

fn class_of_throttle(status: u16, code: &str, message: &str) -> Option<GapClass> {
    let is_throttle = THROTTLES.contains(&code)
        || status == 429
        || message.contains("rate exceeded")
        || message.contains("reduce your request rate");
    is_throttle.then_some(GapClass::ThrottledOut)
}

fn is_token_refused(code: &str, message: &str) -> bool {
    matches!(
        code,
        "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "CloudTrailInvalidClientTokenIdException"
            | "InvalidAccessKeyId"
            | "InvalidToken"
            | "AuthFailure"
    ) || message.contains("security token included in the request is invalid")
        || message.contains("provided token is malformed or otherwise invalid")
}

fn class_of_credentials(code: &str, message: &str) -> Option<GapClass> {
    let is_skew =
        ["signature expired", "signature not yet current", "not yet current", "clock skew"]
            .iter()
            .any(|it| message.contains(it));
    Some(match code {
        "RequestTimeTooSkewed" | "RequestInTheFuture" => GapClass::ClockSkew,
        "SignatureDoesNotMatch" | "InvalidSignatureException" if is_skew => GapClass::ClockSkew,
        "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "TokenRefreshRequired" => GapClass::ExpiredCredentials,
        _ if message.contains("token included in the request is expired") => {
            GapClass::ExpiredCredentials
        }
        "RegionDisabledException" => GapClass::RegionDisabled,
        "OptInRequired" | "SubscriptionRequiredException" | "NotSignedUp" | "AccountProblem" => {
            GapClass::AccountNotActive
        }
        _ => return None,
    })
}

const DENIALS: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Forbidden",
    "NotAuthorized",
    "UnauthorizedOperation",
    // Not denials by name, but AWS refuses what was asked for reasons of the account's setup.
    "CloudTrailARNInvalidException",
    "InsufficientDependencyServiceAccessPermissionException",
    "NoManagementAccountSLRExistsException",
    "NotOrganizationManagementAccountException",
    "OperationNotPermittedException",
    "UnsupportedOperationException",
];

fn class_of_denial(
    operation: Operation,
    status: u16,
    code: &str,
    message: &str,
) -> Option<GapClass> {
    let says_denied = message.contains("not authorized to perform");
    if !DENIALS.contains(&code) && !says_denied && (status != 403 || code.is_empty()) {
        return None;
    }
    let is_role = operation == Operation::AssumeRole;
    Some(match policy_that_denied(message) {
        Some(GapClass::DeniedByResourcePolicy) | None if is_role => GapClass::RoleNotAssumable,
        Some(class) => class,
        None => GapClass::Denied,
    })
}

/// IAM's grammar: `... because no <policy type> allows the <action> action`, or `... with an
/// explicit deny in a <policy type>`. It is looked for at the end, for what stands before it,
/// an object's key for instance, may hold any text.
fn policy_that_denied(message: &str) -> Option<GapClass> {
    let context = ["because no ", "explicit deny in "]
        .iter()
        .filter_map(|it| message.rfind(it))
        .max()
        .map(|start| &message[start..])?;
    let names = |words: &[&str]| words.iter().any(|it| context.contains(it));
    if names(&["service control policy"]) {
        Some(GapClass::DeniedByScp)
    } else if names(&["resource control policy"]) {
        Some(GapClass::DeniedByRcp)
    } else if names(&[
        "identity-based policy",
        "identity policy",
        "permissions boundary",
        "session policy",
    ]) {
        Some(GapClass::DeniedByIdentityPolicy)
    } else if names(&["resource-based policy", "role trust policy", "vpc endpoint policy"]) {
        Some(GapClass::DeniedByResourcePolicy)
    } else {
        None
    }
}

fn class_of_absence(operation: Operation, status: u16, code: &str) -> Option<GapClass> {
    let is_absent = code.ends_with("NotFoundException")
        || code.ends_with("NotFound")
        || matches!(code, "NoSuchBucket" | "NoSuchKey" | "AWSOrganizationsNotInUseException")
        || (status == 404 && operation.service() == "s3" && !code.is_empty());
    is_absent.then_some(GapClass::NotFound)
}

fn class_of_status(status: u16, code: &str) -> Option<GapClass> {
    Some(match (status, code) {
        (_, "RequestTimeout" | "RequestTimeoutException") | (408, _) => GapClass::Timeout,
        (407, _) => GapClass::Proxy,
        (500..=599, _)
        | (_, "InternalError" | "InternalFailure" | "InternalServerError" | "ServiceUnavailable") => {
            GapClass::ServerError
        }
        _ => return None,
    })
}
