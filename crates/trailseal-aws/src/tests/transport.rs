//! The real HTTP client, chain and environment: a child process connects to sockets of ours.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use trailseal_model::question::HeadBucket;
use trailseal_model::{NoEvents, ask};

use super::{CALLER, identity, limits, now};
use crate::{Clock, ConnectError, Overrides, Settings, connect};

const IS_CHILD: &str = "TRAILSEAL_TEST_CONNECTS";

/// Does nothing, but in the child process of the tests below.
#[tokio::test]
async fn child() {
    if std::env::var_os(IS_CHILD).is_none() {
        return;
    }
    let settings = Settings {
        role_name: "TrailsealAudit".to_owned(),
        role_fallbacks: Vec::new(),
        external_id: None,
        session_name: "trailseal-test".to_owned(),
        source_identity: None,
        session_tags: Vec::new(),
        profile: None,
        max_in_flight: 256,
        clock: Clock::new(now),
        substitutes: Overrides::none(),
    };
    let outcome = match connect(settings, limits(), Arc::new(NoEvents)).await {
        Ok(aws) => {
            let caller = aws.caller().account;
            format!(
                "caller {caller} {:?}",
                ask(&aws, HeadBucket { bucket: "logs".to_owned(), account: caller })
                    .await
                    .map(|it| it.value)
            )
        }
        Err(ConnectError::Caller(gap)) => format!("{} after {}: {gap:?}", gap.class, gap.attempts),
        Err(error) => format!("{error}"),
    };
    println!("OUTCOME {outcome}");
}

/// What connecting comes to with this environment and no other.
fn outcome(environment: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::transport::child", "--nocapture"])
        .env_clear()
        .env("HOME", home.path())
        .env(IS_CHILD, "1")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    assert!(start.elapsed() < Duration::from_secs(8), "{environment:?}: {:?}", start.elapsed());
    let stdout = String::from_utf8(output.stdout).unwrap();
    let line = stdout.lines().find_map(|it| it.split_once("OUTCOME "));
    let outcome =
        line.unwrap_or_else(|| panic!("{stdout}{}", String::from_utf8_lossy(&output.stderr)));
    outcome.1.to_owned()
}

fn with_keys(environment: &[(&str, &str)]) -> String {
    let mut all = vec![("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    all.extend_from_slice(environment);
    outcome(&all)
}

/// Serves every connection with this, forever; gives host and port.
fn serve(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let answer = Arc::new(answer);
        for connection in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || answer(connection));
        }
    });
    address
}

/// Reads the head of a request, then writes this and hangs up.
fn saying(text: String) -> impl Fn(TcpStream) + Send + Sync {
    move |mut connection| {
        let _ = connection.read(&mut [0; 4096]);
        let _ = connection.write_all(text.as_bytes());
    }
}

fn check(outcome: &str, expected: &str) {
    assert!(outcome.starts_with(expected), "{outcome}");
}

#[test]
fn without_credentials_nobody_waits_for_instance_metadata() {
    let silent = serve(|connection| {
        std::thread::sleep(Duration::from_mins(1));
        drop(connection);
    });
    let endpoint = format!("http://{silent}");
    let start = Instant::now();
    let outcome = outcome(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &endpoint)]);
    check(&outcome, "no AWS credentials were found");
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[test]
fn instance_metadata_that_fails_is_asked_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let failing = serve(move |connection| {
        counter.fetch_add(1, Ordering::Relaxed);
        saying("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n".to_owned())(connection);
    });
    let endpoint = format!("http://{failing}");
    let outcome = outcome(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &endpoint)]);
    check(&outcome, "no AWS credentials were found");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn without_credentials_and_metadata_the_chain_says_so() {
    let outcome = outcome(&[("AWS_EC2_METADATA_DISABLED", "true")]);
    check(&outcome, "no AWS credentials were found");
    let outcome = with_keys(&[("AWS_REGION", "nowhere")]);
    check(&outcome, "AWS_REGION is not an AWS Region: `nowhere`; ");
}

#[test]
fn an_endpoint_that_is_not_there_is_told_soon() {
    let outcome = with_keys(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]);
    check(&outcome, "connection after 2");
    let outcome = with_keys(&[("AWS_ENDPOINT_URL", "http://trailseal.invalid")]);
    check(&outcome, "dns after 2");
}

#[test]
fn a_peer_that_hangs_up_is_a_connection_gap() {
    let nothing = serve(saying(String::new()));
    check(&with_keys(&[("AWS_ENDPOINT_URL", &format!("http://{nothing}"))]), "connection after 2");
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n<GetCaller";
    let half = serve(saying(half.to_owned()));
    check(&with_keys(&[("AWS_ENDPOINT_URL", &format!("http://{half}"))]), "connection after 2");
}

#[test]
fn a_peer_that_resets_the_connection_is_a_connection_gap() {
    // What is closed before it is read is reset.
    let resetting = serve(|connection| {
        std::thread::sleep(Duration::from_millis(50));
        drop(connection);
    });
    let outcome = with_keys(&[("AWS_ENDPOINT_URL", &format!("http://{resetting}"))]);
    check(&outcome, "connection after 2");
    assert!(outcome.contains("reset by peer"), "{outcome}");
}

#[test]
fn an_answer_that_is_not_awss_is_malformed_and_asked_once() {
    let page = "<html>Welcome to the guest network</html>";
    let page = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{page}", page.len());
    let page = serve(saying(page));
    let outcome = with_keys(&[("AWS_ENDPOINT_URL", &format!("http://{page}"))]);
    check(&outcome, "malformed_answer after 1");
    let other = serve(saying("SSH-2.0-OpenSSH_9.2p1\r\n".to_owned()));
    check(&with_keys(&[("AWS_ENDPOINT_URL", &format!("http://{other}"))]), "connection after 2");
}

#[test]
fn a_peer_that_speaks_no_tls_is_a_tls_gap() {
    let plain = serve(saying("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".to_owned()));
    check(&with_keys(&[("AWS_ENDPOINT_URL", &format!("https://{plain}"))]), "tls after 1");
}

#[test]
fn the_proxy_of_the_environment_is_used() {
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    let proxy = format!("http://{}", serve(saying(refusal.to_owned())));
    let endpoint = ("AWS_ENDPOINT_URL", "https://trailseal.invalid");
    let outcome = with_keys(&[endpoint, ("HTTPS_PROXY", &proxy)]);
    check(&outcome, "proxy after 1");
    let outcome =
        with_keys(&[endpoint, ("HTTPS_PROXY", &proxy), ("NO_PROXY", "trailseal.invalid")]);
    check(&outcome, "dns after 2");
    let outcome = with_keys(&[endpoint, ("HTTPS_PROXY", "http://127.0.0.1:1")]);
    check(&outcome, "proxy after 1");
}

#[test]
fn a_proxy_whose_way_on_is_busy_is_asked_again_and_named_with_its_status() {
    let endpoint = ("AWS_ENDPOINT_URL", "https://trailseal.invalid");
    let saying_status = |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
    for (status, outcome) in [
        ("502 Bad Gateway", "proxy after 2"),
        ("503 Service Unavailable", "proxy after 2"),
        ("504 Gateway Timeout", "proxy after 2"),
        ("403 Forbidden", "proxy after 1"),
        ("407 Proxy Authentication Required", "proxy after 1"),
    ] {
        let host = serve(saying(saying_status(status)));
        let proxy = format!("http://user:secret-of-proxy@{host}");
        let found = with_keys(&[endpoint, ("HTTPS_PROXY", &proxy)]);
        check(&found, outcome);
        let said =
            format!("the proxy {host} answered CONNECT to trailseal.invalid:443 with {status}");
        assert!(found.contains(&said), "{found}");
        assert!(!found.contains("secret-of-proxy"), "{found}");
    }
    let found = with_keys(&[endpoint, ("HTTPS_PROXY", "http://127.0.0.1:1")]);
    assert!(found.contains("the proxy 127.0.0.1:1 cannot be reached"), "{found}");
}

#[test]
fn a_proxy_that_is_busy_once_opens_the_tunnel_the_next_time() {
    // The second tunnel leads to a peer that speaks no TLS: so far does the second attempt come.
    let connections = AtomicUsize::new(0);
    let host = serve(move |mut connection| {
        let status = match connections.fetch_add(1, Ordering::Relaxed) {
            0 => "503 Service Unavailable",
            _ => "200 Connection established",
        };
        let _ = connection.read(&mut [0; 4096]);
        let _ = write!(connection, "HTTP/1.1 {status}\r\n\r\n");
        let _ = connection.read(&mut [0; 4096]);
        let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let endpoint = ("AWS_ENDPOINT_URL", "https://trailseal.invalid");
    let found = with_keys(&[endpoint, ("HTTPS_PROXY", &format!("http://{host}"))]);
    check(&found, "tls after 2");
}

#[test]
fn the_endpoint_of_one_service_goes_before_that_of_all() {
    let body = identity();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let endpoint = format!("http://{}", serve(saying(answer)));
    let all = ("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    // A bucket's name in front of this host would not resolve: it has to go into the path.
    let bucket = serve(|mut connection| {
        let mut head = [0; 4096];
        let length = connection.read(&mut head).unwrap_or(0);
        let is_path = head[..length].starts_with(b"HEAD /logs");
        let status = if is_path { "200 OK" } else { "404 Not Found" };
        let _ = write!(connection, "HTTP/1.1 {status}\r\nx-amz-bucket-region: eu-west-1\r\n\r\n");
    });
    let bucket = bucket.replace("127.0.0.1", "http://localhost");
    let of_s3 = ("AWS_ENDPOINT_URL_S3", bucket.as_str());
    let outcome = with_keys(&[all, ("AWS_ENDPOINT_URL_STS", &endpoint), of_s3]);
    check(&outcome, &format!("caller {CALLER} Ok(Exists(Some(eu-west-1)))"));
}
