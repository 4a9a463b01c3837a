//! Secrets stay inside, at the lowest log level too.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::ask::Ask;

use super::{Fake, Reply, SECRET, aws, member, settings, target, try_connect};
use trailseal_model::ask;
use trailseal_model::question::{DescribeTrails, OpenAccount};

#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

const CANARIES: [&str; 3] = [SECRET, "member-secret", "member-token"];

fn check(what: &str, text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} shows {canary}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_leaves_the_crate() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    // With one subscriber in the process, a log point keeps what the first thread that came by
    // made of it, and other tests run beside this one without any; with two it asks all.
    let _other = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    // AWS repeats the signed headers where a signature does not match.
    let message = format!(
        "The request signature we calculated does not match. The Canonical String for this request should have been 'POST x-amz-security-token:member-token {SECRET} member-secret'"
    );
    let fake = Fake::saying(Reply::json_error(400, "InvalidSignatureException", &message));
    let aws = aws(&fake).await;
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    let gap = ask(&aws, DescribeTrails { target: target("eu-west-1") }).await.unwrap_err();
    check("Aws", &format!("{aws:?} {aws:#?}"));
    assert!(gap.message.as_deref().unwrap().contains("[redacted]"));
    for canary in ["member-secret", "member-token"] {
        assert!(!format!("{gap:?}").contains(canary), "{gap:?}");
    }
    let ask = Ask::new(gap.operation, member(), gap.region.unwrap());
    let session = aws.session(&ask).await.unwrap();
    check("Session", &format!("{session:?}"));
    check("Settings", &format!("{:?}", settings(&fake)));
    check("Overrides", &format!("{:?}", settings(&fake).substitutes));

    let fake = Fake::new(|_, _| {
        let message = format!("should have been '{SECRET}'");
        Some(Reply::query_error(403, "SignatureDoesNotMatch", &message))
    });
    let error = try_connect(&fake).await.err().unwrap();
    check("ConnectError", &format!("{error:?} {error}"));

    let heard = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    check("the log", &heard);
    // The same subscriber hears the SDK where nothing keeps it quiet.
    let client = aws.clients.sts(gap.region.unwrap());
    let credentials = aws_sdk_sts::Config::builder().credentials_provider(session.provider());
    let loud = client.get_caller_identity().customize().config_override(credentials);
    loud.send().await.unwrap();
    let heard = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(heard.contains("received response from service"), "{heard}");
}
