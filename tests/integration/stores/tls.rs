//! TLS by name: what is wrong with a certificate is told, and nothing gets past it (failure case E19).

use std::sync::Arc;

use esc_sync::{
    http::{BaseUrl, Client, Options, Roots},
    model::{Cause, SecretValue, Unread},
    store::{EscStore, esc::EscLogin},
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio_rustls::TlsAcceptor;

use super::{
    options, production,
    stub::{Stub, ok},
};

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) der: Vec<u8>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("legal");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let der = params.self_signed(&key).expect("signed").der().to_vec();
        Self { issuer: Issuer::new(params, key), der }
    }

    /// A server's side with a certificate for `name`, valid for these years.
    pub(crate) fn server(&self, name: &str, years: (i32, i32)) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("legal");
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let certificate: CertificateDer<'static> = params.signed_by(&key, &self.issuer).expect("signed").der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("supported")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a matching pair");
        TlsAcceptor::from(Arc::new(config))
    }
}

async fn read(server: TlsAcceptor, roots: Roots) -> (Result<(), Unread>, usize) {
    let stub = Stub::start_tls(
        [
            ("POST /api/esc/environments/acme/default/production/open", vec![ok(r#"{"id":"s1"}"#)]),
            ("GET /api/esc/environments/acme/default/production/open/s1", vec![ok(r#"{"properties":{},"schema":{}}"#)]),
        ],
        server,
    )
    .await;
    let client = Client::new(Options { roots, ..options() });
    let login = EscLogin::token(&SecretValue::from("pul-test"), "the token in PULUMI_ACCESS_TOKEN").expect("legal");
    let store = EscStore::new(&client, BaseUrl::parse(&stub.base()).expect("https"), login);
    let result = store.read_environment(&production()).await.map(drop);
    let requests = stub.log().len();
    (result, requests)
}

#[tokio::test]
async fn e19_each_bad_certificate_is_refused_by_name() {
    let (authority, stranger, namesake) = (Authority::new("ours"), Authority::new("theirs"), Authority::new("ours"));
    let known = || Roots::Only(vec![authority.der.clone()]);
    let (result, requests) = read(authority.server("localhost", (2020, 2999)), known()).await;
    assert_eq!((result, requests), (Ok(()), 2));
    let cases = [
        (authority.server("localhost", (2019, 2020)), known(), "has expired"),
        (authority.server("localhost", (2998, 2999)), known(), "not valid yet"),
        (authority.server("other.test", (2020, 2999)), known(), "for another name"),
        (stranger.server("localhost", (2020, 2999)), known(), "authority this machine does not know"),
        (namesake.server("localhost", (2020, 2999)), known(), "authority this machine does not know"),
    ];
    for (server, roots, part) in cases {
        let (result, requests) = read(server, roots).await;
        let unread = result.expect_err(part);
        assert!(unread.cause == Cause::Network && unread.what.contains(part), "{unread:?}");
        assert_eq!(requests, 0, "nothing was sent");
    }
}
