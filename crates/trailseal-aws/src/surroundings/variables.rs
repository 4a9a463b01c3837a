//! Every environment variable that the program or the SDK reads, and what its value may be.

use std::ffi::{OsStr, OsString};

use http::Uri;

use super::{Misconfigured, shown, shown_url};

/// What the value of a variable must look like. An empty value counts as unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Printable ASCII without blanks: an access key id, a secret key, a token.
    Key,
    /// Printable ASCII in one line: the value of an HTTP header.
    Header,
    /// An AWS Region such as `eu-west-1`.
    Region,
    /// One of these words, in upper or lower case.
    Word(&'static [&'static str]),
    /// `http://` or `https://`, a host, and perhaps a port and a path.
    Url,
    /// The path of a URL, such as `/v2/credentials/1`.
    UrlPath,
    /// An HTTP proxy: a host with a port, perhaps after `http://` or `https://`.
    Proxy,
    /// One line of text: a name, a number, a path of a file.
    Line,
}

/// An environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What its value must look like.
    pub form: Form,
    /// Whether its value is kept out of messages.
    pub is_secret: bool,
}

const fn plain(name: &'static str, form: Form) -> Variable {
    Variable { name, form, is_secret: false }
}

const fn secret(name: &'static str, form: Form) -> Variable {
    Variable { name, form, is_secret: true }
}

const FLAG: Form = Form::Word(&["true", "false"]);

/// Every variable that this crate, the AWS SDK or the HTTP stack reads. `TRAILSEAL_*` mirror the
/// flags of the command line and are checked with them. The documentation lists all of these, which
/// `tests/it/surroundings/environment.rs` checks, and sets each to a number of unusable values.
///
/// Sources: aws-config 1.13, aws-runtime 1.10, the SDK's service clients, hyper-util's proxy matcher
/// and rustls-native-certs 0.8, searched for what they read.
pub const VARIABLES: &[Variable] = &[
    secret("AWS_ACCESS_KEY_ID", Form::Key),
    secret("AWS_SECRET_ACCESS_KEY", Form::Key),
    secret("AWS_SESSION_TOKEN", Form::Key),
    plain("AWS_ACCOUNT_ID", Form::Line),
    plain("AWS_PROFILE", Form::Line),
    plain("AWS_DEFAULT_PROFILE", Form::Line),
    plain("AWS_CONFIG_FILE", Form::Line),
    plain("AWS_SHARED_CREDENTIALS_FILE", Form::Line),
    plain("AWS_REGION", Form::Region),
    plain("AWS_DEFAULT_REGION", Form::Region),
    plain("AWS_WEB_IDENTITY_TOKEN_FILE", Form::Line),
    plain("AWS_ROLE_ARN", Form::Line),
    plain("AWS_ROLE_SESSION_NAME", Form::Line),
    plain("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Form::UrlPath),
    plain("AWS_CONTAINER_CREDENTIALS_FULL_URI", Form::Url),
    secret("AWS_CONTAINER_AUTHORIZATION_TOKEN", Form::Header),
    plain("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Form::Line),
    plain("AWS_EC2_METADATA_DISABLED", Form::Line),
    plain("AWS_EC2_METADATA_SERVICE_ENDPOINT", Form::Url),
    plain("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", Form::Word(&["IPv4", "IPv6"])),
    plain("AWS_ENDPOINT_URL", Form::Url),
    plain("AWS_ENDPOINT_URL_ACCOUNT", Form::Url),
    plain("AWS_ENDPOINT_URL_CLOUDTRAIL", Form::Url),
    plain("AWS_ENDPOINT_URL_KMS", Form::Url),
    plain("AWS_ENDPOINT_URL_ORGANIZATIONS", Form::Url),
    plain("AWS_ENDPOINT_URL_S3", Form::Url),
    plain("AWS_ENDPOINT_URL_SSO", Form::Url),
    plain("AWS_ENDPOINT_URL_SSO_OIDC", Form::Url),
    plain("AWS_ENDPOINT_URL_STS", Form::Url),
    plain("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", FLAG),
    plain("AWS_USE_FIPS_ENDPOINT", FLAG),
    plain("AWS_USE_DUALSTACK_ENDPOINT", FLAG),
    plain("AWS_CA_BUNDLE", Form::Line),
    plain("SSL_CERT_FILE", Form::Line),
    plain("SSL_CERT_DIR", Form::Line),
    plain("HTTPS_PROXY", Form::Proxy),
    plain("https_proxy", Form::Proxy),
    plain("HTTP_PROXY", Form::Proxy),
    plain("http_proxy", Form::Proxy),
    plain("ALL_PROXY", Form::Proxy),
    plain("all_proxy", Form::Proxy),
    plain("NO_PROXY", Form::Line),
    plain("no_proxy", Form::Line),
    plain("REQUEST_METHOD", Form::Line),
    plain("HOME", Form::Line),
    plain("AWS_ACCOUNT_ID_ENDPOINT_MODE", Form::Line),
    plain("AWS_AUTH_SCHEME_PREFERENCE", Form::Line),
    plain("AWS_DISABLE_CLOCK_SKEW_CORRECTION", Form::Line),
    plain("AWS_DISABLE_REQUEST_COMPRESSION", Form::Line),
    plain("AWS_EXECUTION_ENV", Form::Header),
    plain("AWS_LAMBDA_FUNCTION_NAME", Form::Line),
    plain("_X_AMZN_TRACE_ID", Form::Line),
    plain("AWS_MAX_ATTEMPTS", Form::Line),
    plain("AWS_NEW_RETRIES_2026", Form::Line),
    plain("AWS_REQUEST_CHECKSUM_CALCULATION", Form::Line),
    plain("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", Form::Line),
    plain("AWS_RESPONSE_CHECKSUM_VALIDATION", Form::Line),
    plain("AWS_RETRY_MODE", Form::Line),
    plain("AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", Form::Line),
    plain("AWS_SDK_UA_APP_ID", Form::Header),
    plain("AWS_SIGV4A_SIGNING_REGION_SET", Form::Line),
];

/// Checks every variable of the table that is set. Proxies have rules that the form alone does not
/// tell: see [`super::check_proxies`].
///
/// # Errors
/// The first variable whose value cannot be used.
pub(crate) fn check_variables(
    lookup: impl Fn(&str) -> Option<OsString>,
) -> Result<(), Misconfigured> {
    for variable in VARIABLES.iter().filter(|variable| variable.form != Form::Proxy) {
        if let Some(value) = lookup(variable.name).filter(|value| !value.is_empty()) {
            check_variable(variable, &value)?;
        }
    }
    Ok(())
}

fn check_variable(variable: &Variable, value: &OsStr) -> Result<(), Misconfigured> {
    let name = variable.name;
    let Some(text) = value.to_str() else {
        let advice = format!("set it again, or unset {name}");
        return Err(Misconfigured::new(format!("{name} is not UTF-8 text"), advice));
    };
    let Err((what, advice)) = check_form(variable.form, text) else { return Ok(()) };
    let problem = if variable.is_secret {
        format!("{name} {what}")
    } else if variable.form == Form::Url {
        format!("{name} {what}: {}", shown_url(text))
    } else {
        format!("{name} {what}: `{}`", shown(text))
    };
    Err(Misconfigured::new(problem, format!("{advice}, or unset {name}")))
}

/// What is wrong with a value of this form, and what to do.
pub(super) fn check_form(form: Form, text: &str) -> Result<(), (&'static str, String)> {
    let wrong = |what, advice: &str| Err((what, advice.to_owned()));
    let is_graphic = |letter: char| letter.is_ascii_graphic();
    match form {
        Form::Key if text.chars().any(char::is_whitespace) => {
            wrong("has a blank or a line feed in it", "copy it again without")
        }
        Form::Key if !text.chars().all(is_graphic) => {
            wrong("has a character that AWS never puts there", "copy it again")
        }
        Form::Header if !text.chars().all(|letter| is_graphic(letter) || letter == ' ') => {
            wrong("has a character that cannot be sent in a header", "write printable ASCII only")
        }
        Form::Region if !is_region(text) => {
            wrong("is not an AWS Region", "write one such as eu-west-1")
        }
        Form::Word(words) if !words.iter().any(|word| word.eq_ignore_ascii_case(text)) => {
            let advice = format!("write {}", words.join(" or "));
            Err(("is not a value that it takes", advice))
        }
        Form::Url if !is_service_endpoint_usable(text) => wrong(
            "is not a URL with a host",
            "write it with http:// or https://, such as https://host:8443",
        ),
        Form::UrlPath if !is_url_path(text) => {
            wrong("is not the path of a URL", "write one that begins with /")
        }
        Form::Line if text.chars().any(char::is_control) => {
            wrong("has a line feed or another control character in it", "write it in one line")
        }
        _ => Ok(()),
    }
}

fn is_region(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 32 && text.contains('-') && text.bytes().all(is_letter)
}

/// Whether requests can be sent there: `http` or `https`, a host, and no port that is none.
pub(crate) fn is_service_endpoint_usable(text: &str) -> bool {
    let Ok(url) = text.parse::<Uri>() else { return false };
    let is_http = matches!(url.scheme_str(), Some("http" | "https"));
    is_http && url.query().is_none() && has_host_and_port(&url)
}

/// Whether a URL has a host, and a port that is a number up to 65535 or none.
pub(super) fn has_host_and_port(url: &Uri) -> bool {
    let Some(authority) = url.authority() else { return false };
    let host = authority.host();
    let after_host = authority.as_str().rsplit('@').next().unwrap_or_default();
    let port = after_host.strip_prefix(host).and_then(|rest| rest.strip_prefix(':'));
    !host.is_empty() && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port != 0))
}

fn is_url_path(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//") && text.parse::<Uri>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str) -> Result<(), Misconfigured> {
        check_variables(|asked| (asked == name).then(|| OsString::from(value)))
    }

    #[test]
    fn each_name_is_listed_once() {
        let names: std::collections::BTreeSet<&str> = VARIABLES.iter().map(|it| it.name).collect();
        assert_eq!(names.len(), VARIABLES.len());
    }

    #[test]
    fn usual_values_are_taken() {
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            ("AWS_REGION", "us-gov-west-1"),
            ("AWS_REGION", "mx-central-1"),
            ("AWS_PROFILE", "Größe 2"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
            ("AWS_ENDPOINT_URL", "http://[::1]:4566/"),
            ("AWS_ENDPOINT_URL_S3", "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com/x"),
            ("AWS_USE_FIPS_ENDPOINT", "True"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv6"),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1?id=2"),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc"),
            ("AWS_REGION", ""),
            ("AWS_ENDPOINT_URL", ""),
        ] {
            assert_eq!(check(name, value), Ok(()), "{name}={value}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_name_and_secrets_are_not_shown() {
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "AKIA canary"),
            ("AWS_SECRET_ACCESS_KEY", "canary\n"),
            ("AWS_SESSION_TOKEN", "canaryü"),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary\r\nX: y"),
            ("AWS_REGION", "Frankfurt"),
            ("AWS_DEFAULT_REGION", "eu-west-1\n"),
            ("AWS_PROFILE", "a\nb"),
            ("AWS_ENDPOINT_URL", "localhost:4566"),
            ("AWS_ENDPOINT_URL", "//localhost"),
            ("AWS_ENDPOINT_URL", "ftp://localhost"),
            ("AWS_ENDPOINT_URL", "http://"),
            ("AWS_ENDPOINT_URL", "http://host:99999"),
            ("AWS_ENDPOINT_URL", "http://host:"),
            ("AWS_ENDPOINT_URL", " "),
            ("AWS_ENDPOINT_URL_STS", "http://größe"),
            ("AWS_USE_FIPS_ENDPOINT", "yes"),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "v2"),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "//host/v2"),
        ] {
            let error = check(name, value).unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
            assert!(!error.contains('\n') && !error.contains("canary"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_text_is_refused() {
        use std::os::unix::ffi::OsStringExt as _;
        for variable in VARIABLES.iter().filter(|it| it.form != Form::Proxy) {
            let odd = |asked: &str| {
                (asked == variable.name).then(|| OsString::from_vec(vec![b'a', 0xff]))
            };
            let error = check_variables(odd).unwrap_err();
            assert!(error.problem.starts_with(variable.name), "{error}");
        }
    }
}
