//! What is between the program and AWS: a server with a certificate of its own, and a proxy.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The root that signed the server's certificate. Its key is gone; both are valid for a century.
pub(super) const ROOT: &str = include_str!("tls/ca.pem");

/// The name that the certificate is for, which no resolver knows.
pub(super) const HOST: &str = "aws.test";

/// Serves on a free port, in a thread and runtime of its own, for as long as the test runs.
fn serve<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream));
            }
        });
    });
    address
}

/// TLS in front of a plain server at this address.
pub(super) fn tls_before(address: &str) -> SocketAddr {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let address = address.to_owned();
    serve(move |stream| {
        let (acceptor, address) = (acceptor.clone(), address.clone());
        async move {
            let Ok(mut inner) = acceptor.accept(stream).await else { return };
            let Ok(mut outer) = TcpStream::connect(address).await else { return };
            let _ = copy_bidirectional(&mut inner, &mut outer).await;
        }
    })
}

/// An HTTP proxy that leads every tunnel to one address.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Refuses the first so many tunnels with this status, and opens the others.
    pub(super) fn refusing(count: usize, status: &str, to: SocketAddr) -> Self {
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (seen, refused) = (Arc::clone(&heads), Arc::new(AtomicUsize::new(0)));
        let refusal = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        let address = serve(move |stream| {
            let (seen, refused, refusal) = (seen.clone(), refused.clone(), refusal.clone());
            async move {
                let is_refused = refused.fetch_add(1, Ordering::Relaxed) < count;
                let refusal = is_refused.then_some(refusal);
                let _ = tunnel(stream, to, refusal, &seen).await;
            }
        });
        Self { address, heads }
    }

    /// As a value of `HTTPS_PROXY`.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads of all requests so far.
    pub(super) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn tunnel(
    mut stream: TcpStream,
    to: SocketAddr,
    refusal: Option<String>,
    heads: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    heads.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
    if let Some(refusal) = refusal {
        return stream.write_all(refusal.as_bytes()).await;
    }
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    let mut outer = TcpStream::connect(to).await?;
    copy_bidirectional(&mut stream, &mut outer).await.map(|_| ())
}
