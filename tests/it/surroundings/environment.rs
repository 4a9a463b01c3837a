//! Whatever the environment holds: one line or a scan, and never a panic, a `Debug` form or a secret.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use trailseal_aws::{Form, VARIABLES};

use super::{CANARY, Home, Sim, WRONG_KEYS, check_line, is_scanned, stderr};

/// Every variable that mirrors a flag, as the help of `scan` lists them.
pub(super) fn variables_of_flags() -> BTreeSet<String> {
    let help = Home::new().run::<&str>(&["scan", "--help"], &[]);
    let help = String::from_utf8(help.stdout).unwrap();
    let names = help.split("[env: ").skip(1).map(|it| {
        let end = it.find(|letter: char| !letter.is_ascii_uppercase() && letter != '_').unwrap();
        it[..end].to_owned()
    });
    names.chain(["TRAILSEAL_LOG".to_owned()]).collect()
}

/// Values that no one means, and that someone's environment has.
fn nasty() -> Vec<OsString> {
    let mut values: Vec<OsString> = [
        " ",
        "\n",
        "canary-\nX-Injected: 1",
        "canary-größe",
        "canary-\u{1b}[31m",
        "localhost:4566",
        "http://",
        "https://canary-host:99999",
        "http://user:canary-@host:99999/?x=canary-",
        "socks5://127.0.0.1:9",
        "/proc/nowhere/canary-file",
        "[",
        "{\"canary-\": 1}",
        "true",
        "arn:aws:iam::123456789012:role/canary-role",
    ]
    .map(OsString::from)
    .into();
    values.push("canary-x".repeat(5000).into());
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        values.push(OsString::from_vec(b"canary-\xff\xfe".to_vec()));
    }
    values
}

/// A value that is shown in an error is not a secret; these variables may be.
fn is_secret(name: &str) -> bool {
    name == "TRAILSEAL_EXTERNAL_ID"
        || VARIABLES.iter().any(|it| it.name == name && (it.is_secret || it.form == Form::Proxy))
}

fn is_url(name: &str) -> bool {
    VARIABLES.iter().any(|it| it.name == name && it.form == Form::Url)
}

#[test]
fn every_variable_takes_every_nasty_value_without_panic_or_leak() {
    let sim = Sim::begin();
    let flags = variables_of_flags();
    assert!(flags.len() > 20, "{flags:?}");
    let names: Vec<&str> =
        VARIABLES.iter().map(|it| it.name).chain(flags.iter().map(String::as_str)).collect();
    // Most of a run is waiting.
    std::thread::scope(|scope| {
        for part in names.chunks(names.len().div_ceil(8)) {
            scope.spawn(|| {
                let home = Home::new();
                for (name, value) in part
                    .iter()
                    .flat_map(|name| nasty().into_iter().map(move |value| (*name, value)))
                {
                    check(&sim, &home, name, &value);
                }
            });
        }
    });
}

/// The keys are wrong, so that a run that comes as far as asking ends there.
fn check(sim: &Sim, home: &Home, name: &str, value: &OsStr) {
    let keys = WRONG_KEYS.map(|(name, value)| (name, OsString::from(value)));
    let base = [
        ("AWS_REGION", OsString::from("us-east-1")),
        ("AWS_ENDPOINT_URL", OsString::from(&sim.endpoint)),
        ("TRAILSEAL_EXTERNAL_ID", OsString::from("canary-id")),
    ];
    let mut environment: Vec<(&str, OsString)> = keys.into_iter().chain(base).collect();
    environment.retain(|it| it.0 != name);
    environment.push((name, value.to_owned()));
    let output = home.run(&["scan", "--quiet"], &environment);
    let text = stderr(&output);
    let shown =
        format!("{name}={}: {}", value.display(), text.chars().take(600).collect::<String>());
    let code = output.status.code();
    assert!(matches!(code, Some(2 | 74)) || is_scanned(&output), "{shown}");
    assert!(!text.contains("panicked") && !text.contains('\u{1b}'), "{shown}");
    for part in ["Error {", "Error(", "Some(", "Os {", "ErrorKind", "\": \""] {
        assert!(!text.contains(part), "`{part}` in {shown}");
    }
    let errors = text.lines().filter(|it| it.starts_with("trailseal: ")).count();
    assert!(errors <= 1, "{shown}");
    assert!(text.len() < 2500, "{shown}");
    let is_url_with_secret = value.to_string_lossy().contains('@');
    if is_secret(name) || (is_url_with_secret && is_url(name)) {
        assert!(!text.contains(CANARY), "{shown}");
    }
    for (_, secret) in &WRONG_KEYS[1..] {
        assert!(!text.contains(secret), "{shown}");
    }
    let _ = fs::remove_dir_all(home.path().join("trailseal-out"));
}

#[test]
fn what_cannot_be_used_is_named_by_its_variable() {
    let home = Home::new();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", "localhost:4566"),
        ("AWS_ENDPOINT_URL_STS", "localhost"),
        ("AWS_ENDPOINT_URL_S3", "http://"),
        ("AWS_ENDPOINT_URL_KMS", "ftp://host"),
        ("AWS_REGION", "eu-west-1\nx"),
        ("AWS_DEFAULT_REGION", "Größe"),
        ("AWS_PROFILE", "a\nb"),
        ("AWS_SESSION_TOKEN", "a\nb"),
        ("AWS_ACCESS_KEY_ID", "AKIA\u{a0}"),
        ("AWS_SECRET_ACCESS_KEY", "schlüssel"),
        ("TRAILSEAL_ROLE_NAME", "Größe"),
        ("TRAILSEAL_ROLE_NAME", "a\nb"),
        ("TRAILSEAL_EXTERNAL_ID", "canary-\n1"),
        ("AWS_EXECUTION_ENV", "a\nb"),
        ("AWS_SDK_UA_APP_ID", "größe"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "x"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "169.254.169.254"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "both"),
    ] {
        let mut environment: Vec<_> = WRONG_KEYS.into_iter().filter(|it| it.0 != name).collect();
        environment.push((name, value));
        home.refuses(&[], &environment, &[name]);
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_text_is_named_by_its_variable() {
    use std::os::unix::ffi::OsStringExt as _;
    let home = Home::new();
    let odd = OsString::from_vec(b"canary-\xff".to_vec());
    for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "HTTPS_PROXY", "TRAILSEAL_ROLE_NAME", "HOME"] {
        let output = home.run(&["scan"], &[(name, &odd)]);
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        check_line(&text);
        assert!(text.contains(name) && text.contains("UTF-8"), "{text}");
    }
}

#[test]
fn every_variable_is_documented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations/running.md");
    let page = fs::read_to_string(page).unwrap();
    for variable in VARIABLES {
        let name = variable.name;
        let is_there = ["`", "="].iter().any(|end| page.contains(&format!("`{name}{end}")));
        assert!(is_there, "{name}");
    }
}
