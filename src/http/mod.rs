//! The one HTTP client: deadlines, limits, retries, pauses, and errors that tell no secret.
//!
//! It knows nothing of ESC or GitHub: what a store's answers mean for pausing and
//! repeating comes in as a `Dialect`. Invariants: a credential goes to the origin
//! it was made for and nowhere else; no URL, header or body is in an error, a log
//! line or a `Debug`; one call ends within its deadline, whatever the server does.

mod address;
mod body;
mod certificate;
mod chance;
mod client;
mod endpoint;
mod error;
mod gate;
mod names;
mod permit;
mod proxy;
mod quota;
mod reach;
mod request;
mod response;
mod stranger;
mod tls;
mod transport;

pub use crate::model::printable;
pub use address::{BaseUrl, BaseUrlError, Path};
pub use certificate::Certificate;
pub use chance::{Clock, Jitter};
pub use client::{Client, Options, Roots};
pub use endpoint::{Delivery, Dialect, Endpoint};
pub use error::{Asked, ConnectFailure, HttpError, TlsFailure};
pub use gate::Pause;
pub use names::Names;
pub use permit::{Permit, Reach, reach};
pub use proxy::ProxySettings;
pub use quota::Quota;
pub use reach::Reached;
pub use request::{Credential, CredentialError, Request};
pub use reqwest::{Method, Url};
pub use response::Response;
pub use stranger::{StrangerAnswer, StrangerRequest, Strangers};
pub use tls::trusting;
pub use transport::{Incoming, Outgoing, Transport};
