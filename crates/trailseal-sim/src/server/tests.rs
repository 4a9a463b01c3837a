//! The server, byte by byte.

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::state::{Effect, RandomFaultSettings, Rule, State};
use crate::tests::{Caller, WORKLOAD, now, parts, simulator};

const SOON: Duration = Duration::from_secs(5);

struct Served {
    simulator: Arc<Simulator>,
    address: SocketAddr,
    end: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

async fn served() -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let simulator = Arc::new(simulator(parts()));
    let (end, ended) = oneshot::channel();
    let shutdown = async { drop(ended.await) };
    let server = tokio::spawn(serve(listener, Arc::clone(&simulator), now, shutdown));
    Served { simulator, address, end, server }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// GetCallerIdentity, in bytes.
    fn who(&self) -> String {
        let caller = Caller::role(&self.simulator, WORKLOAD);
        let body = "Action=GetCallerIdentity&Version=2011-06-15";
        format!(
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\
            Authorization: AWS4-HMAC-SHA256 Credential={}/20261120/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0\r\n\
            X-Amz-Security-Token: {}\r\nContent-Length: {}\r\n\r\n{body}",
            caller.access_key_id,
            caller.token.unwrap(),
            body.len(),
        )
    }

    /// Sends a request on a connection of its own and reads until the server closes it.
    async fn until_closed(&self, request: &str) -> std::io::Result<String> {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        timeout(SOON, stream.read_to_string(&mut text)).await.unwrap()?;
        Ok(text)
    }
}

/// Reads one answer of a connection that stays open.
async fn read_answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    loop {
        let mut buffer = [0; 4096];
        let count = timeout(SOON, stream.read(&mut buffer)).await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
        if count == 0 || length.is_some_and(|it| it.parse::<usize>().unwrap() == body.len()) {
            return text;
        }
    }
}

#[tokio::test]
async fn a_connection_answers_one_request_after_the_other_and_says_when() {
    let served = served().await;
    let mut stream = served.connect().await;
    for _ in 0..3 {
        stream.write_all(served.who().as_bytes()).await.unwrap();
        let answer = read_answer(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("date: Fri, 20 Nov 2026 12:00:00 GMT\r\n"), "{answer}");
        assert!(answer.contains(&format!("<Account>{WORKLOAD}</Account>")), "{answer}");
    }
    assert_eq!(served.simulator.state().log.report().calls, 3);
}

#[tokio::test]
async fn the_control_endpoint_is_on_the_same_port() {
    let served = served().await;
    let request = "GET /_sim/clock HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = served.until_closed(request).await.unwrap();
    assert!(answer.contains("\"now\": \"2026-11-20T12:00:00Z\""), "{answer}");
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let served = served().await;
    served.simulator.state().faults.add(Rule::every(Effect::Reset));
    let error = served.until_closed(&served.who()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_truncated_answer_announces_more_than_it_sends() {
    let served = served().await;
    served.simulator.state().faults.add(Rule::every(Effect::Truncated));
    let answer = served.until_closed(&served.who()).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let announced = head.lines().find_map(|it| it.strip_prefix("content-length: ")).unwrap();
    let announced: usize = announced.parse().unwrap();
    assert_eq!(body.len(), announced / 2, "{answer}");
    assert!(body.starts_with("<GetCallerIdentityResponse"), "{answer}");
}

#[tokio::test]
async fn a_request_hangs_until_the_client_goes() {
    let served = served().await;
    served.simulator.state().faults.add(Rule::every(Effect::Hang));
    let log = &served.simulator.state().log;
    let mut stream = served.connect().await;
    stream.write_all(served.who().as_bytes()).await.unwrap();
    let mut buffer = [0; 1];
    let read = timeout(Duration::from_millis(100), stream.read(&mut buffer)).await;
    assert!(read.is_err(), "{read:?}");
    assert_eq!(log.in_flight(), 1);
    drop(stream);
    let gone = async {
        while log.in_flight() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, gone).await.unwrap();
}

#[tokio::test]
async fn latency_is_waited_for_and_counts_as_in_flight() {
    let served = served().await;
    let random_faults = RandomFaultSettings { latency_ms: 150, ..Default::default() };
    served.simulator.state().random_faults.set(random_faults);
    let begun = tokio::time::Instant::now();
    let streams: Vec<_> = (0..5)
        .map(|_| {
            let (address, request) = (served.address, served.who());
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(request.as_bytes()).await.unwrap();
                read_answer(&mut stream).await
            })
        })
        .collect();
    for it in streams {
        assert!(it.await.unwrap().contains("200 OK"));
    }
    assert!(begun.elapsed() >= Duration::from_millis(150));
    assert_eq!(served.simulator.state().log.report().highest_concurrency, 5);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let served = served().await;
    let head = "PUT /a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n";
    let answer = served.until_closed(head).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(served.simulator.state().log.report().refused, 0);
}

#[tokio::test]
async fn at_the_end_answers_under_way_are_given_and_hanging_ones_dropped() {
    let served = served().await;
    let mut idle = served.connect().await;
    let mut hanging = served.connect().await;
    let mut slow = served.connect().await;
    let State { faults, random_faults, .. } = served.simulator.state();
    faults.add(Rule { times: Some(1), ..Rule::every(Effect::Hang) });
    hanging.write_all(served.who().as_bytes()).await.unwrap();
    while served.simulator.state().log.report().calls < 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    random_faults.set(RandomFaultSettings { latency_ms: 100, ..Default::default() });
    slow.write_all(served.who().as_bytes()).await.unwrap();
    while served.simulator.state().log.report().calls < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    served.end.send(()).unwrap();
    timeout(GRACE, served.server).await.expect("it ends in time").unwrap();
    assert!(read_answer(&mut slow).await.starts_with("HTTP/1.1 200 OK"));
    for stream in [&mut idle, &mut hanging] {
        assert_eq!(read_answer(stream).await, "");
    }
    assert!(TcpStream::connect(served.address).await.is_err());
}
