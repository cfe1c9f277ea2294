//! Whom a TLS connection of our own believes: as the client does, the system or a list, never everybody.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer};
use rustls_platform_verifier::BuilderVerifierExt;

use super::{Roots, TlsFailure};

/// For protocols other than HTTP.
pub fn trusting(roots: &Roots) -> Result<Arc<ClientConfig>, TlsFailure> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|_| TlsFailure::Other)?;
    let config = match roots {
        Roots::System => builder.with_platform_verifier().map_err(|_| TlsFailure::NoRoots)?.with_no_client_auth(),
        Roots::Only(known) => {
            let mut store = RootCertStore::empty();
            for der in known {
                store.add(CertificateDer::from(der.clone())).map_err(|_| TlsFailure::NoRoots)?;
            }
            builder.with_root_certificates(store).with_no_client_auth()
        }
    };
    Ok(Arc::new(config))
}
