//! One connection and its requests, one after the other.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::state::InFlight;
use crate::{Answer, Ending, Simulator};

/// Larger bodies are refused; S3's largest here are reports.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// The connection ends without an answer, or without the rest of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Close,
    Reset,
}

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is cut as simulated")
    }
}

impl Error for Cut {}

/// Serves a connection until its client is gone, an answer cuts it, or the server ends.
pub(super) async fn serve(
    stream: TcpStream,
    simulator: Arc<Simulator>,
    clock: Arc<impl Fn() -> Timestamp + Send + Sync + 'static>,
    mut ending: watch::Receiver<bool>,
) {
    // Answers are small, and each is awaited. A socket that cannot is only slower.
    let _ = stream.set_nodelay(true);
    let hung = ending.clone();
    let service = service_fn(move |request| {
        let (simulator, clock, hung) = (Arc::clone(&simulator), Arc::clone(&clock), hung.clone());
        async move { respond(request, &simulator, &*clock, hung).await }
    });
    let mut connection = http1::Builder::new()
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    let served = tokio::select! {
        served = &mut connection => served,
        () = ended(&mut ending) => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    let cut = served.err().and_then(|it| it.source()?.downcast_ref::<Cut>().copied());
    if cut == Some(Cut::Reset) {
        // Without lingering, closing the socket resets the connection.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

/// Waits until the server is told to end.
async fn ended(ending: &mut watch::Receiver<bool>) {
    let _ = ending.wait_for(|it| *it).await;
}

async fn respond(
    request: Request<Incoming>,
    simulator: &Simulator,
    clock: &(impl Fn() -> Timestamp + Sync),
    mut ending: watch::Receiver<bool>,
) -> Result<Response<Sent>, Cut> {
    let (head, body) = request.into_parts();
    let is_head = head.method == Method::HEAD;
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Ok(too_large());
    }
    let body = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Ok(too_large()),
        Err(_) => return Err(Cut::Close),
    };
    let request = Request::from_parts(head, body);
    let Answer { response, delay, ending: end, in_flight } = simulator.handle(&request, clock());
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let (head, body) = response.into_parts();
    let sent = match end {
        Ending::Whole => body.len(),
        Ending::Hang => {
            // Until the client goes, which drops this, or the server ends.
            ended(&mut ending).await;
            return Err(Cut::Close);
        }
        Ending::Reset => return Err(Cut::Reset),
        Ending::Truncated(_) if is_head || body.is_empty() => return Err(Cut::Close),
        Ending::Truncated(sent) => sent.min(body.len() - 1),
    };
    let body = Sent {
        announced: body.len() as u64,
        step: if sent == body.len() { Step::Whole } else { Step::Part },
        bytes: body.slice(..sent),
        _in_flight: in_flight,
    };
    Ok(Response::from_parts(head, body))
}

fn too_large() -> Response<Sent> {
    let mut response = Response::new(Sent {
        announced: 0,
        step: Step::Whole,
        bytes: Bytes::new(),
        _in_flight: InFlight::uncounted(),
    });
    *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
    // The rest of the body is not read.
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// What is left to be sent of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// All of it.
    Whole,
    /// A part, after which it breaks off.
    Part,
    /// The part is on its way.
    Flush,
    /// It breaks off now.
    Break,
    /// Nothing.
    Done,
}

/// The body of an answer, as much as is sent of it.
#[derive(Debug)]
struct Sent {
    bytes: Bytes,
    announced: u64,
    step: Step,
    _in_flight: InFlight,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let step = self.step;
        self.step = match step {
            Step::Whole | Step::Done => Step::Done,
            Step::Part => Step::Flush,
            Step::Flush | Step::Break => Step::Break,
        };
        match step {
            Step::Whole | Step::Part => {
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes)))))
            }
            Step::Flush => {
                // The server writes what it has when there is no more to be had.
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Break => Poll::Ready(Some(Err(Cut::Close))),
            Step::Done => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.step == Step::Done || (self.step == Step::Whole && self.bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
