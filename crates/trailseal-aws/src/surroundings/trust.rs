//! Whose certificates are trusted: the system's, and those of `AWS_CA_BUNDLE` or `ca_bundle`.

use std::fmt;
use std::path::Path;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::profiles::expanded;
use super::{Misconfigured, Profiles, first_of, shown, variable};

/// The roots that TLS connections are checked against.
#[derive(Clone)]
pub(crate) struct Trust {
    roots: RootCertStore,
    has_system: bool,
    bundle: Option<Vec<u8>>,
}

impl fmt::Debug for Trust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Trust").field("roots", &self.roots.len()).finish_non_exhaustive()
    }
}

impl Trust {
    /// The system's certificates, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR` in their place, and
    /// those of `AWS_CA_BUNDLE`, else of the profile's `ca_bundle`.
    ///
    /// # Errors
    /// A file that is named cannot be read, or has no certificate that can be used.
    pub(crate) fn load(profiles: &Profiles) -> Result<Self, Misconfigured> {
        let mut roots = RootCertStore::empty();
        let system = rustls_native_certs::load_native_certs();
        let (usable, _) = roots.add_parsable_certificates(system.certs);
        if let Some((name, value)) =
            first_of(&["SSL_CERT_FILE", "SSL_CERT_DIR"]).filter(|_| usable == 0)
        {
            return Err(Misconfigured::new(
                format!("{name} names `{}`, which holds no certificate", shown(&value)),
                format!("name a file of PEM certificates, or unset {name}"),
            ));
        }
        let bundle = match bundle_path(profiles) {
            Some((from, path)) => Some(read_bundle(&from, &path, &mut roots)?),
            None => None,
        };
        Ok(Self { roots, has_system: usable > 0, bundle })
    }

    /// The same as the SDK's connector takes it.
    pub(crate) fn tls_context(&self) -> TlsContext {
        // The SDK asserts that a system has certificates; an image for containers may have none.
        let store = TrustStore::empty().with_native_roots(self.has_system);
        let store = match &self.bundle {
            Some(pem) => store.with_pem_certificate(pem.clone()),
            None => store,
        };
        let context = TlsContext::builder().with_trust_store(store).build();
        context.unwrap_or_default()
    }

    /// The same for connections through a proxy.
    pub(crate) fn roots(&self) -> RootCertStore {
        self.roots.clone()
    }
}

/// Who names a bundle, and which.
fn bundle_path(profiles: &Profiles) -> Option<(String, String)> {
    let of_variable = variable("AWS_CA_BUNDLE").map(|path| ("AWS_CA_BUNDLE".to_owned(), path));
    of_variable.or_else(|| {
        let path = profiles.get("ca_bundle")?;
        Some((format!("ca_bundle of the profile `{}`", shown(profiles.name())), path.to_owned()))
    })
}

/// Adds the certificates of a PEM file to the roots; returns the file.
fn read_bundle(
    from: &str,
    path: &str,
    roots: &mut RootCertStore,
) -> Result<Vec<u8>, Misconfigured> {
    let file = shown(path);
    let wrong = |what: &str| {
        let advice = format!("name a file of PEM certificates, or unset {from}");
        Misconfigured::new(format!("{from} names `{file}`, which {what}"), advice)
    };
    let pem = std::fs::read(expanded(Path::new(path)))
        .map_err(|problem| wrong(&format!("cannot be read: {problem}")))?;
    let parsed: Result<Vec<CertificateDer<'_>>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let certificates = parsed.map_err(|_| wrong("is not PEM"))?;
    if certificates.is_empty() {
        return Err(wrong("holds no certificate"));
    }
    for (index, certificate) in certificates.into_iter().enumerate() {
        let what = format!("holds a certificate that cannot be used (number {})", index + 1);
        roots.add(certificate).map_err(|_| wrong(&what))?;
    }
    Ok(pem)
}
