//! Proxies, and the switches that choose among AWS's endpoints.

use std::ffi::OsString;

use http::Uri;

use super::variables::has_host_and_port;
use super::{Misconfigured, variable};
use crate::transport::{TransportError, TransportErrorKind};

/// In the order in which one of a pair is taken.
const NAMES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Refuses a proxy that the HTTP stack would pass over: it would connect to AWS directly, past
/// whatever the proxy is there for. An empty one too, since it hides the other spelling of its name.
///
/// # Errors
/// The first variable whose value is not an HTTP proxy. The value is not shown: it may hold a
/// password.
pub(crate) fn check_proxies(
    lookup: impl Fn(&str) -> Option<OsString>,
) -> Result<(), Misconfigured> {
    let set = || NAMES.iter().filter_map(|name| Some((*name, lookup(name)?)));
    for (name, value) in set() {
        if let Err(what) = check_proxy(value.to_str()) {
            return Err(Misconfigured::new(
                format!("{name} {what}, and AWS would be asked past the proxy"),
                format!("write it as http://host:port, or unset {name}"),
            ));
        }
    }
    // hyper's matcher takes this variable for a sign of CGI, where proxies may be set by a client.
    match set().next() {
        Some((name, _)) if lookup("REQUEST_METHOD").is_some() => Err(Misconfigured::new(
            format!("REQUEST_METHOD is set, as in a CGI script, where {name} is not used"),
            "unset REQUEST_METHOD, or the proxy",
        )),
        _ => Ok(()),
    }
}

/// Follows the matcher in hyper-util, which takes a host and port without a scheme too.
fn check_proxy(value: Option<&str>) -> Result<(), &'static str> {
    let Some(text) = value else { return Err("is not UTF-8 text") };
    if text.is_empty() {
        return Err("is empty");
    }
    let Ok(url) = text.parse::<Uri>() else { return Err("is not the URL of a proxy") };
    match url.scheme_str() {
        None | Some("http" | "https") if has_host_and_port(&url) => Ok(()),
        None | Some("http" | "https") => Err("has no host, or no valid port"),
        Some("socks4" | "socks4a" | "socks5" | "socks5h") => {
            Err("is a SOCKS proxy, which is not supported")
        }
        Some(_) => Err("is not an HTTP proxy"),
    }
}

/// Which of AWS's endpoints are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct EndpointFlags {
    /// Those with cryptography validated under FIPS 140.
    pub(crate) fips: bool,
    /// Those with IPv4 and IPv6.
    pub(crate) dual_stack: bool,
}

impl EndpointFlags {
    /// Whether any is on.
    pub(crate) const fn is_any(self) -> bool {
        self.fips || self.dual_stack
    }

    /// Names what is on, by the variable or the key of the profile.
    fn names(self) -> String {
        let name = |env: &'static str, key: &'static str| {
            if variable(env).is_some() { env.to_owned() } else { format!("the profile's {key}") }
        };
        let fips = self.fips.then(|| name("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
        let dual_stack =
            self.dual_stack.then(|| name("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"));
        fips.into_iter().chain(dual_stack).collect::<Vec<_>>().join(" and ")
    }

    /// They cannot be had beside an endpoint of one's own.
    pub(crate) fn beside_an_endpoint(self, service: &str) -> Misconfigured {
        let names = self.names();
        Misconfigured::new(
            format!(
                "{names} is on beside an endpoint of your own for {service} (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE> or endpoint_url)"
            ),
            format!(
                "set only one of them; a FIPS or dual-stack endpoint can be named by its URL, without {names}"
            ),
        )
    }

    /// A failed request to this host, with what is on. A host that has no address is then not the
    /// fault of the user's network: not every service has such an endpoint in every Region.
    pub(crate) fn explain(self, host: &str, text: &str) -> TransportError {
        let names = self.names();
        let is_special = host.contains("fips") || host.contains("dualstack");
        let is_special = is_special || host.ends_with(".api.aws");
        let kind = TransportErrorKind::from_text(text);
        if is_special && kind == TransportErrorKind::Dns && is_unknown_name(text) {
            return TransportError::new(
                TransportErrorKind::Unreadable,
                format!(
                    "AWS has no endpoint {host}: this service lacks what {names} asks for in this Region; leave the Region out, or unset it ({text})"
                ),
            );
        }
        TransportError::new(kind, format!("{text} (endpoint {host}: {names} is on)"))
    }
}

/// Whether the resolver answered that the name does not exist, rather than not at all. These are
/// the texts of glibc, musl, macOS and Windows.
fn is_unknown_name(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["name or service not known", "name does not resolve", "nodename nor servname", "no such host"]
        .iter()
        .any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str) -> Result<(), Misconfigured> {
        check_proxies(|asked| (asked == name).then(|| OsString::from(value)))
    }

    #[test]
    fn proxies_that_the_stack_can_use_are_taken() {
        for value in [
            "http://proxy:3128",
            "http://user:p%40ss@proxy.example.com:3128/",
            "https://proxy",
            "proxy.example.com:3128",
            "proxy",
            "http://[::1]:3128",
        ] {
            for name in NAMES {
                assert_eq!(check(name, value), Ok(()), "{value}");
            }
        }
    }

    #[test]
    fn others_are_refused_and_not_shown() {
        for value in [
            "",
            " ",
            "http://",
            "://canary",
            "socks5://canary:1080",
            "socks5h://user:canary@host:1080",
            "ftp://canary",
            "http://user:canary@host:0x1",
            "http://canary:99999",
            "canary:3128/",
            "http://cana ry",
            "größe",
        ] {
            for name in NAMES {
                let error = check(name, value).unwrap_err().to_string();
                assert!(error.starts_with(name) && !error.contains("canary"), "{error}");
            }
        }
    }

    #[test]
    fn a_proxy_that_is_passed_over_as_in_a_cgi_script_is_refused() {
        let both = |asked: &str| match asked {
            "REQUEST_METHOD" => Some(OsString::from("GET")),
            "HTTPS_PROXY" => Some(OsString::from("http://proxy:3128")),
            _ => None,
        };
        let error = check_proxies(both).unwrap_err().to_string();
        assert!(error.contains("REQUEST_METHOD") && error.contains("HTTPS_PROXY"), "{error}");
    }

    #[test]
    fn a_missing_special_endpoint_is_not_the_users_network() {
        let fips = EndpointFlags { fips: true, dual_stack: false };
        let missing =
            "io error: dns error: failed to lookup address information: Name or service not known";
        let host = "cloudtrail-fips.eu-north-1.amazonaws.com";
        let error = fips.explain(host, missing);
        assert_eq!(error.kind, TransportErrorKind::Unreadable);
        assert!(error.message.contains(host) && error.message.contains("use_fips_endpoint"));
        let later =
            "dns error: failed to lookup address information: Temporary failure in name resolution";
        let error = fips.explain(host, later);
        assert_eq!(error.kind, TransportErrorKind::Dns);
        assert!(error.message.contains("use_fips_endpoint"), "{error}");
        let error = fips.explain("my.endpoint", missing);
        assert_eq!(error.kind, TransportErrorKind::Dns);
        let both = EndpointFlags { fips: true, dual_stack: true };
        let error = both.explain("kms-fips.eu-west-1.api.aws", "tcp connect error: refused");
        assert_eq!(error.kind, TransportErrorKind::Connection);
        assert!(error.message.contains("use_fips_endpoint and the profile's use_dualstack"));
    }
}
