//! What a failed request means. Pure: the same answer always has the same class.

use trailseal_model::{Denial, DenyingPolicy, GapClass, Operation, Region};

use crate::transport::TransportErrorKind;

impl TransportErrorKind {
    /// The kind that the texts of an error chain tell of, the SDK's own having no type to match on.
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
        } else if says(&["eof", "reset by peer", "broken pipe", "end of file"]) {
            // Also where the peer hangs up in the middle of a handshake, which may pass.
            Self::Connection
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
    pub(crate) answered: Result<u16, TransportErrorKind>,
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
    /// The token has expired: another one can help.
    TokenExpired,
    /// The proxy could not reach its destination just now: asking again can help, which another
    /// refusal of a proxy does not promise.
    ProxyBusy,
}

impl Diagnosis {
    /// The class, provisional for a refused token.
    pub(crate) fn class(self, region: Region) -> GapClass {
        match self {
            Self::Certain(class) => class,
            Self::TokenRefused if region.is_opt_in() => GapClass::RegionDisabled,
            Self::TokenRefused | Self::TokenExpired => GapClass::ExpiredCredentials,
            Self::ProxyBusy => GapClass::Proxy,
        }
    }

    /// Whether asking again can help.
    pub(crate) fn is_retryable(self) -> bool {
        match self {
            Self::Certain(class) => class.is_retryable(),
            Self::ProxyBusy => true,
            Self::TokenRefused | Self::TokenExpired => false,
        }
    }
}

/// Classifies a failed request.
pub(crate) fn classify(symptom: Symptom<'_>) -> Diagnosis {
    let status = match symptom.answered {
        Ok(status) => status,
        Err(TransportErrorKind::ProxyBusy) => return Diagnosis::ProxyBusy,
        Err(kind) => return Diagnosis::Certain(class_of_transport(kind)),
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
    if is_token_expired(code, &message) {
        return Diagnosis::TokenExpired;
    }
    let class = class_of_throttle(status, code, &message)
        .or_else(|| class_of_credentials(symptom.operation, code, &message))
        .or_else(|| class_of_key_state(symptom.operation, code))
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

const fn class_of_transport(kind: TransportErrorKind) -> GapClass {
    match kind {
        TransportErrorKind::Timeout => GapClass::Timeout,
        TransportErrorKind::Dns => GapClass::Dns,
        TransportErrorKind::Tls => GapClass::Tls,
        TransportErrorKind::Proxy | TransportErrorKind::ProxyBusy => GapClass::Proxy,
        TransportErrorKind::Connection => GapClass::Connection,
        TransportErrorKind::Unreadable => GapClass::MalformedAnswer,
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

fn is_token_expired(code: &str, message: &str) -> bool {
    matches!(code, "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired")
        || message.contains("token included in the request is expired")
        || message.contains("provided token has expired")
}

fn class_of_credentials(operation: Operation, code: &str, message: &str) -> Option<GapClass> {
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
        | "RequestExpired" => GapClass::ExpiredCredentials,
        // STS says so of the caller's own account, whatever account is to be opened.
        "RegionDisabledException" if operation.service() == "sts" => GapClass::StsNotActive,
        "RegionDisabledException" => GapClass::RegionDisabled,
        // Whether the account is in use, Organizations says, not these.
        "OptInRequired" | "SubscriptionRequiredException" | "NotSignedUp" | "AccountProblem" => {
            GapClass::NotSubscribed
        }
        _ => return None,
    })
}

/// What KMS says of the key's state is no denial, and no answer that is not understood.
fn class_of_key_state(operation: Operation, code: &str) -> Option<GapClass> {
    let is_state = matches!(code, "KMSInvalidStateException" | "DisabledException");
    (operation.service() == "kms" && is_state).then_some(GapClass::KeyInvalidState)
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

fn policy_that_denied(message: &str) -> Option<GapClass> {
    Some(match Denial::read(message)?.policy {
        DenyingPolicy::ServiceControl => GapClass::DeniedByScp,
        DenyingPolicy::ResourceControl => GapClass::DeniedByRcp,
        DenyingPolicy::Identity | DenyingPolicy::Boundary | DenyingPolicy::Session => {
            GapClass::DeniedByIdentityPolicy
        }
        DenyingPolicy::Resource | DenyingPolicy::RoleTrust => GapClass::DeniedByResourcePolicy,
        DenyingPolicy::VpcEndpoint => GapClass::DeniedByVpcEndpointPolicy,
    })
}

fn class_of_absence(operation: Operation, status: u16, code: &str) -> Option<GapClass> {
    let is_absent = code.ends_with("NotFoundException")
        || code.ends_with("NotFound")
        || matches!(code, "NoSuchBucket" | "NoSuchKey" | "AWSOrganizationsNotInUseException")
        || (status == 404 && operation.service() == "s3" && !code.is_empty());
    is_absent.then_some(GapClass::NotFound)
}

const SERVER_ERRORS: &[&str] = &[
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "ServiceUnavailable",
    // Organizations' word for an internal error, with "Try again later".
    "ServiceException",
];

fn class_of_status(status: u16, code: &str) -> Option<GapClass> {
    Some(match (status, code) {
        (_, "RequestTimeout" | "RequestTimeoutException") | (408, _) => GapClass::Timeout,
        (407, _) => GapClass::Proxy,
        _ if (500..=599).contains(&status) || SERVER_ERRORS.contains(&code) => {
            GapClass::ServerError
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "User: arn:aws:sts::111122223333:assumed-role/TrailsealAudit/run is not authorized to perform: cloudtrail:DescribeTrails";

    fn diagnose(
        operation: Operation,
        answered: Result<u16, TransportErrorKind>,
        code: &str,
        message: &str,
    ) -> Diagnosis {
        let filled = |text| (!str::is_empty(text)).then_some(text);
        let (code, message) = (filled(code), filled(message));
        classify(Symptom { operation, answered, code, message })
    }

    fn check(operation: Operation, status: u16, code: &str, message: &str, expected: GapClass) {
        let found = diagnose(operation, Ok(status), code, message);
        assert_eq!(found, Diagnosis::Certain(expected), "{operation} {status} {code} {message}");
    }

    #[test]
    fn denials_name_the_policy_that_denied_in_the_old_and_the_new_grammar() {
        let help = " Go to https://console.aws.amazon.com/iam/home#/access-troubleshooter with authorization id: 0f1e";
        let denials = [
            ("because no service control policy allows the x action", GapClass::DeniedByScp),
            ("with an explicit deny in a service control policy", GapClass::DeniedByScp),
            (
                "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-a/service_control_policy/p-b",
                GapClass::DeniedByScp,
            ),
            ("with an explicit deny in a resource control policy", GapClass::DeniedByRcp),
            ("because no resource control policy allows the x action", GapClass::DeniedByRcp),
            (
                "because no identity-based policy allows the x action",
                GapClass::DeniedByIdentityPolicy,
            ),
            ("with an explicit deny in an identity-based policy", GapClass::DeniedByIdentityPolicy),
            ("with an explicit deny in the identity policy", GapClass::DeniedByIdentityPolicy),
            (
                "because no permissions boundary allows the x action",
                GapClass::DeniedByIdentityPolicy,
            ),
            ("with an explicit deny in a permissions boundary", GapClass::DeniedByIdentityPolicy),
            ("because no session policy allows the x action", GapClass::DeniedByIdentityPolicy),
            (
                "because no resource-based policy allows the x action",
                GapClass::DeniedByResourcePolicy,
            ),
            ("with an explicit deny in a resource-based policy", GapClass::DeniedByResourcePolicy),
            (
                "because no VPC endpoint policy allows the x action",
                GapClass::DeniedByVpcEndpointPolicy,
            ),
            ("with an explicit deny in a VPC endpoint policy", GapClass::DeniedByVpcEndpointPolicy),
            ("", GapClass::Denied),
        ];
        for (context, expected) in denials {
            for code in ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"] {
                for tail in ["", help] {
                    let message = format!("{ROLE} {context}{tail}");
                    check(Operation::DescribeTrails, 400, code, &message, expected);
                    let shouted = message.to_uppercase();
                    check(Operation::ListObjectsV2, 403, code, &shouted, expected);
                }
            }
        }
    }

    #[test]
    fn a_key_that_reads_like_a_denial_does_not_mislead() {
        let message = "User: x is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::b/explicit deny in a service control policy\" because no resource-based policy allows the s3:ListBucket action";
        let expected = GapClass::DeniedByResourcePolicy;
        check(Operation::ListObjectsV2, 403, "AccessDenied", message, expected);
    }

    #[test]
    fn a_role_that_cannot_be_assumed_is_told_from_a_caller_that_may_not() {
        let check = |context: &str, expected| {
            let message = format!(
                "User: x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/y {context}"
            );
            check(Operation::AssumeRole, 403, "AccessDenied", &message, expected);
        };
        check("", GapClass::RoleNotAssumable);
        check("because no resource-based policy allows it", GapClass::RoleNotAssumable);
        check("because no role trust policy allows it", GapClass::RoleNotAssumable);
        check("because no identity-based policy allows it", GapClass::DeniedByIdentityPolicy);
        check("with an explicit deny in a service control policy", GapClass::DeniedByScp);
        let endpoint = GapClass::DeniedByVpcEndpointPolicy;
        check("with an explicit deny in a VPC endpoint policy", endpoint);
    }

    #[test]
    fn every_throttle_is_throttled_out() {
        for code in THROTTLES {
            check(Operation::DescribeTrails, 400, code, "", GapClass::ThrottledOut);
        }
        let throttled = GapClass::ThrottledOut;
        check(Operation::GetTrailStatus, 400, "SomeException", "Rate exceeded", throttled);
        check(Operation::ListRegions, 429, "TooManyRequestsException", "", throttled);
        check(Operation::ListRegions, 429, "", "", throttled);
        check(Operation::AssumeRole, 400, "Throttling", "Rate exceeded", throttled);
        check(Operation::ListObjectsV2, 503, "SlowDown", "", throttled);
        check(Operation::HeadObject, 503, "", "", throttled);
        check(Operation::HeadBucket, 503, "", "", throttled);
    }

    #[test]
    fn heads_are_classified_by_status_alone() {
        for operation in [Operation::HeadBucket, Operation::HeadObject] {
            check(operation, 403, "", "", GapClass::Denied);
            check(operation, 404, "NotFound", "", GapClass::NotFound);
            check(operation, 404, "", "", GapClass::NotFound);
            check(operation, 400, "", "", GapClass::MalformedAnswer);
            check(operation, 405, "", "", GapClass::MalformedAnswer);
            check(operation, 412, "", "", GapClass::MalformedAnswer);
            check(operation, 500, "", "", GapClass::ServerError);
            check(operation, 502, "", "", GapClass::ServerError);
            check(operation, 407, "", "", GapClass::Proxy);
        }
    }

    #[test]
    fn what_is_not_an_error_of_aws_is_no_denial() {
        for status in [200, 302, 400, 401, 403, 404] {
            check(Operation::DescribeTrails, status, "", "", GapClass::MalformedAnswer);
        }
        check(Operation::DescribeTrails, 407, "", "", GapClass::Proxy);
        check(Operation::DescribeTrails, 408, "", "", GapClass::Timeout);
        check(Operation::DescribeTrails, 503, "", "", GapClass::ServerError);
        check(
            Operation::ListAccounts,
            404,
            "UnknownOperationException",
            "",
            GapClass::MalformedAnswer,
        );
        check(Operation::DescribeTrails, 400, "ValidationException", "", GapClass::MalformedAnswer);
    }

    #[test]
    fn a_refused_token_is_left_open() {
        let invalid = "The security token included in the request is invalid.";
        let malformed = "The provided token is malformed or otherwise invalid.";
        for (operation, status, code, message) in [
            (Operation::DescribeTrails, 400, "UnrecognizedClientException", invalid),
            (Operation::DescribeTrails, 400, "UnrecognizedClientException", ""),
            (Operation::AssumeRole, 403, "InvalidClientTokenId", invalid),
            (Operation::ListObjectsV2, 400, "InvalidToken", malformed),
            (Operation::ListObjectsV2, 403, "InvalidAccessKeyId", ""),
            (Operation::DescribeKey, 400, "SomethingElse", invalid),
        ] {
            let found = diagnose(operation, Ok(status), code, message);
            assert_eq!(found, Diagnosis::TokenRefused, "{code} {message}");
        }
        let opt_in = Region::new("ap-east-1").unwrap();
        let default = Region::new("us-east-1").unwrap();
        assert_eq!(Diagnosis::TokenRefused.class(opt_in), GapClass::RegionDisabled);
        assert_eq!(Diagnosis::TokenRefused.class(default), GapClass::ExpiredCredentials);
    }

    #[test]
    fn credentials_and_clocks() {
        let expired = GapClass::ExpiredCredentials;
        let message = "The security token included in the request is expired";
        for (code, message) in [
            ("ExpiredToken", ""),
            ("ExpiredTokenException", message),
            ("TokenRefreshRequired", ""),
            ("SomethingElse", message),
            ("SomethingElse", "The provided token has expired."),
        ] {
            let found = diagnose(Operation::DescribeTrails, Ok(400), code, message);
            assert_eq!(found, Diagnosis::TokenExpired, "{code} {message}");
            assert_eq!(found.class(Region::new("ap-east-1").unwrap()), expired);
        }
        check(Operation::DescribeTrails, 400, "RequestExpired", "", expired);
        let wrong =
            "The request signature we calculated does not match the signature you provided.";
        check(Operation::GetCallerIdentity, 403, "SignatureDoesNotMatch", wrong, expired);
        check(Operation::DescribeTrails, 400, "InvalidSignatureException", wrong, expired);
        check(Operation::GetCallerIdentity, 403, "MissingAuthenticationToken", "", expired);
        let skew = GapClass::ClockSkew;
        check(Operation::ListObjectsV2, 403, "RequestTimeTooSkewed", "", skew);
        let late = "Signature expired: 20261123T120000Z is now earlier than 20261123T121500Z";
        check(Operation::GetCallerIdentity, 403, "SignatureDoesNotMatch", late, skew);
        let early =
            "Signature not yet current: 20261123T123000Z is still later than 20261123T122000Z";
        check(Operation::DescribeTrails, 400, "InvalidSignatureException", early, skew);
    }

    #[test]
    fn regions_accounts_and_organizations() {
        let off = "RegionDisabledException";
        check(Operation::AssumeRole, 403, off, "", GapClass::StsNotActive);
        check(Operation::GetCallerIdentity, 403, off, "", GapClass::StsNotActive);
        check(Operation::DescribeTrails, 403, off, "", GapClass::RegionDisabled);
        let unsubscribed = GapClass::NotSubscribed;
        check(Operation::DescribeTrails, 401, "OptInRequired", "", unsubscribed);
        check(Operation::DescribeTrails, 403, "OptInRequired", "", unsubscribed);
        check(Operation::DescribeTrails, 400, "SubscriptionRequiredException", "", unsubscribed);
        check(Operation::ListObjectsV2, 403, "NotSignedUp", "", unsubscribed);
        let absent = GapClass::NotFound;
        check(Operation::ListAccounts, 400, "AWSOrganizationsNotInUseException", "", absent);
        check(Operation::GetTrailStatus, 400, "TrailNotFoundException", "", absent);
        check(Operation::DescribeKey, 400, "NotFoundException", "", absent);
        check(Operation::ListObjectsV2, 404, "NoSuchBucket", "", absent);
        check(Operation::ListObjectsV2, 404, "NoSuchKey", "", absent);
        let refused = GapClass::Denied;
        check(Operation::DescribeTrails, 400, "NoManagementAccountSLRExistsException", "", refused);
        check(Operation::DescribeTrails, 400, "UnsupportedOperationException", "", refused);
        check(Operation::DescribeTrails, 400, "OperationNotPermittedException", "", refused);
        check(Operation::GetTrailStatus, 400, "CloudTrailARNInvalidException", "", refused);
    }

    #[test]
    fn the_state_of_a_key_is_an_answer_of_its_own() {
        let state = GapClass::KeyInvalidState;
        for operation in [
            Operation::DescribeKey,
            Operation::GetKeyPolicy,
            Operation::ListGrants,
            Operation::GetKeyRotationStatus,
        ] {
            for status in [400, 409] {
                check(operation, status, "KMSInvalidStateException", "is pending import", state);
                check(operation, status, "DisabledException", "is disabled", state);
            }
        }
        let malformed = GapClass::MalformedAnswer;
        check(Operation::DescribeTrails, 400, "KMSInvalidStateException", "", malformed);
    }

    #[test]
    fn servers_that_fail() {
        for status in [500, 502, 503, 504] {
            check(Operation::DescribeTrails, status, "InternalError", "", GapClass::ServerError);
        }
        check(Operation::DescribeKey, 503, "DependencyTimeoutException", "", GapClass::ServerError);
        check(Operation::ListObjectsV2, 503, "ServiceUnavailable", "", GapClass::ServerError);
        check(Operation::ListAccounts, 400, "ServiceException", "", GapClass::ServerError);
        check(Operation::ListObjectsV2, 400, "RequestTimeout", "", GapClass::Timeout);
    }

    #[test]
    fn a_transport_is_told_by_its_texts() {
        let check = |text: &str, expected: GapClass| {
            let answered = Err(TransportErrorKind::from_text(text));
            let found = diagnose(Operation::DescribeTrails, answered, "", "");
            assert_eq!(found, Diagnosis::Certain(expected), "{text}");
        };
        check(
            "dispatch failure: timeout: HTTP connect timeout occurred after 3s",
            GapClass::Connection,
        );
        check("dispatch failure: timeout: HTTP read timeout occurred after 10s", GapClass::Timeout);
        check("io error: dns error: failed to lookup address information", GapClass::Dns);
        check("client error (Connect): tunnel error: unsuccessful", GapClass::Proxy);
        check("client error (Connect): proxy authentication required", GapClass::Proxy);
        check("client error (Connect): invalid peer certificate: UnknownIssuer", GapClass::Tls);
        check("received corrupt message of type InvalidContentType", GapClass::Tls);
        check("tcp connect error: Connection refused (os error 111)", GapClass::Connection);
        check("client error (Connect): tls handshake eof", GapClass::Connection);
        check("connection closed before message completed", GapClass::Connection);
        let found =
            diagnose(Operation::DescribeTrails, Err(TransportErrorKind::Unreadable), "", "");
        assert_eq!(found, Diagnosis::Certain(GapClass::MalformedAnswer));
        let found = diagnose(Operation::DescribeTrails, Err(TransportErrorKind::ProxyBusy), "", "");
        assert!(found.is_retryable());
        assert_eq!(found.class(Region::new("us-east-1").unwrap()), GapClass::Proxy);
    }
}
