//! Certificates, proxies and endpoints between the program and AWS.

use super::servers::{HOST, Proxy, ROOT, tls_before};
use super::{Home, Sim, WRONG_KEYS, stderr, with};

const REGION: (&str, &str) = ("AWS_REGION", "us-east-1");

#[test]
fn a_root_of_ones_own_is_trusted_where_it_is_named_and_nowhere_else() {
    let (sim, home) = (Sim::begin(), Home::new());
    home.write("root.pem", ROOT);
    let endpoint = format!("https://{}", tls_before(sim.address()));
    let keys = sim.keys();
    let keys = with(&[&keys, &[REGION, ("AWS_ENDPOINT_URL", endpoint.as_str())]]);
    home.refuses(&[], &keys, &["GetCallerIdentity", "tls"]);
    home.scans(&[], &with(&[&keys, &[("AWS_CA_BUNDLE", "root.pem")]]));
    home.scans(&[], &with(&[&keys, &[("SSL_CERT_FILE", "root.pem")]]));
    home.write(".aws/config", "[default]\nca_bundle = ~/root.pem\n");
    home.scans(&[], &keys);
    // The variable takes precedence over the profile.
    let wrong = with(&[&keys, &[("AWS_CA_BUNDLE", "nowhere.pem")]]);
    home.refuses(&[], &wrong, &["AWS_CA_BUNDLE"]);
}

#[test]
fn a_bundle_without_certificates_is_named_with_its_file() {
    let home = Home::new();
    let cut = ROOT.lines().take(5).collect::<Vec<_>>().join("\n");
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    home.write("empty.pem", "").write("text.pem", "# none\n").write("cut.pem", cut);
    home.write("garbage.pem", garbage).write("two.pem", format!("{ROOT}{garbage}"));
    for (file, expected) in [
        ("missing.pem", "cannot be read"),
        (".", "cannot be read"),
        ("empty.pem", "no certificate"),
        ("text.pem", "no certificate"),
        ("garbage.pem", "number 1"),
        ("two.pem", "number 2"),
    ] {
        let bundle = with(&[&WRONG_KEYS, &[("AWS_CA_BUNDLE", file)]]);
        home.refuses(&[], &bundle, &["AWS_CA_BUNDLE", file, expected]);
    }
    home.refuses(&[], &with(&[&WRONG_KEYS, &[("AWS_CA_BUNDLE", "cut.pem")]]), &["AWS_CA_BUNDLE"]);
    for file in ["missing.pem", "empty.pem", "garbage.pem"] {
        let system = with(&[&WRONG_KEYS, &[("SSL_CERT_FILE", file)]]);
        home.refuses(&[], &system, &["SSL_CERT_FILE", file]);
    }
    home.write(".aws/config", "[default]\nca_bundle = missing.pem\n");
    home.refuses(&[], &WRONG_KEYS, &["ca_bundle of the profile `default`", "missing.pem"]);
}

#[test]
fn a_scan_goes_through_the_tunnel_of_a_proxy_and_asks_again_where_it_may_open_later() {
    let (sim, home) = (Sim::begin(), Home::new());
    home.write("root.pem", ROOT);
    let proxy = Proxy::refusing(1, "503 Service Unavailable", tls_before(sim.address()));
    let (url, endpoint) = (proxy.url().replace("//", "//user:p%40ss@"), format!("https://{HOST}"));
    let keys = sim.keys();
    let tunnelled = with(&[
        &keys,
        &[REGION, ("AWS_ENDPOINT_URL", &endpoint), ("AWS_CA_BUNDLE", "root.pem")],
        &[("HTTPS_PROXY", url.as_str())],
    ]);
    // No resolver knows the host, so every answer came through the tunnel.
    home.scans(&[], &tunnelled);
    let heads = proxy.heads();
    assert!(heads.len() >= 2, "{heads:?}");
    for head in heads {
        assert!(head.starts_with("CONNECT aws.test:443 HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"), "{head}");
    }
    // The certificate is checked through the tunnel too.
    let untrusted: Vec<_> =
        tunnelled.iter().copied().filter(|it| it.0 != "AWS_CA_BUNDLE").collect();
    home.refuses(&[], &untrusted, &["GetCallerIdentity", "tls"]);
}

#[test]
fn a_proxy_that_refuses_is_named_with_its_status_and_asked_again_if_that_may_help() {
    let (sim, home) = (Sim::begin(), Home::new());
    let address = sim.address().parse().unwrap();
    for (status, attempts) in [
        ("502 Bad Gateway", 2),
        ("503 Service Unavailable", 2),
        ("504 Gateway Timeout", 2),
        ("403 Forbidden", 1),
        ("407 Proxy Authentication Required", 1),
    ] {
        let proxy = Proxy::refusing(usize::MAX, status, address);
        let url = proxy.url();
        let environment = with(&[
            &WRONG_KEYS,
            &[REGION, ("HTTPS_PROXY", &url), ("AWS_ENDPOINT_URL", "https://x.test")],
        ]);
        let output = home.scan(&[], &environment);
        let text = stderr(&output);
        super::check_line(&text);
        for part in ["GetCallerIdentity", status, &proxy.address.to_string(), "x.test:443"] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
        assert_eq!(proxy.heads().len(), attempts, "{status}");
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_and_not_bypassed() {
    let (sim, home) = (Sim::begin(), Home::new());
    let keys = sim.keys();
    let direct = with(&[&keys, &[REGION, ("AWS_ENDPOINT_URL", &sim.endpoint)]]);
    home.scans(&[], &direct);
    // As for curl and the AWS CLI.
    home.scans(&[], &with(&[&direct, &[("HTTPS_PROXY", ""), ("https_proxy", "")]]));
    for value in [
        "http://",
        "socks5://127.0.0.1:1080",
        "socks5h://user:canary-password@127.0.0.1:1080",
        "ftp://proxy:3128",
        "http://user:canary-password@proxy:x",
        "://proxy",
        "proxy:3128/",
        "http://pro xy:3128",
        "größe",
    ] {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"] {
            home.refuses(&[], &with(&[&direct, &[(name, value)]]), &[name]);
        }
    }
    let cgi = with(&[&direct, &[("HTTPS_PROXY", "http://proxy:1"), ("REQUEST_METHOD", "GET")]]);
    home.refuses(&[], &cgi, &["REQUEST_METHOD", "HTTPS_PROXY"]);
    // A host and port without a scheme are what curl and the AWS CLI take, too.
    let https =
        with(&[&direct, &[("HTTPS_PROXY", "127.0.0.1:9"), ("AWS_ENDPOINT_URL", "https://x.test")]]);
    home.refuses(&[], &https, &["the proxy 127.0.0.1:9 cannot be reached"]);
}

#[test]
fn failures_name_the_switches_that_chose_the_endpoint() {
    let home = Home::new();
    let dead = ("HTTPS_PROXY", "http://127.0.0.1:9");
    for (name, host) in [
        ("AWS_USE_FIPS_ENDPOINT", "sts-fips.us-east-1.amazonaws.com"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "sts.us-east-1.api.aws"),
    ] {
        let on = with(&[&WRONG_KEYS, &[REGION, dead, (name, "true")]]);
        home.refuses(&[], &on, &[name, host, "127.0.0.1:9"]);
        let off = home.scan(&[], &with(&[&WRONG_KEYS, &[REGION, dead, (name, "false")]]));
        assert!(!stderr(&off).contains(name), "{}", stderr(&off));
        let odd = with(&[&WRONG_KEYS, &[REGION, dead, (name, "yes")]]);
        home.refuses(&[], &odd, &[name, "`yes`", "true or false"]);
        let own = with(&[&on, &[("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")]]);
        home.refuses(&[], &own, &[name, "AWS_ENDPOINT_URL"]);
    }
    home.write(".aws/config", "[default]\nuse_fips_endpoint = true\n");
    let of_profile = with(&[&WRONG_KEYS, &[REGION, dead]]);
    home.refuses(&[], &of_profile, &["the profile's use_fips_endpoint"]);
}

#[test]
fn empty_variables_count_as_unset_all_alike() {
    let (sim, home) = (Sim::begin(), Home::new());
    let keys = sim.keys();
    let full = with(&[&keys, &[REGION, ("AWS_ENDPOINT_URL", &sim.endpoint)]]);
    let empty: Vec<(&str, &str)> = trailseal_aws::VARIABLES
        .iter()
        .map(|it| (it.name, ""))
        .filter(|(name, _)| name.starts_with("AWS_") && full.iter().all(|it| it.0 != *name))
        .collect();
    assert!(empty.len() > 30);
    home.scans(&[], &with(&[&full, &empty]));
    let flags = super::environment::variables_of_flags();
    let flags: Vec<(&str, &str)> = flags.iter().map(|it| (it.as_str(), "")).collect();
    home.scans(&[], &with(&[&full, &flags]));
    // Nested clients of the SDK read it for themselves: here AssumeRole of a profile.
    home.write(".aws/credentials", format!("[base]\n{}", sim.profile()));
    home.write(
        ".aws/config",
        "[profile role]\nsource_profile = base\nrole_arn = arn:aws:iam::000000000000:role/x\n",
    );
    let nested =
        [("AWS_ENDPOINT_URL", ""), ("AWS_ENDPOINT_URL_STS", sim.endpoint.as_str()), REGION];
    home.refuses(&["--profile", "role"], &nested, &["`role`", "is not authorized to perform"]);
}
