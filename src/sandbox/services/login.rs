//! Where a request carries its credential.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::Value;

use super::{super::message::SandboxRequest, ServicesWorld};

/// The places in which a call's credential stands; each gives one value.
#[derive(Clone, Copy)]
pub(in crate::sandbox) enum Login {
    /// The id of a key that signed the request (SigV4). The signature is not verified.
    AwsSignature,
    /// `Authorization`, with any scheme or none.
    Authorization,
    /// Basic: the user, and the password if there is one.
    Basic,
    /// Basic for a pair of keys, Bearer for the token of an OAuth client.
    BasicOrBearer,
    Headers(&'static [&'static str]),
    /// Fields of the JSON body, as pointers.
    Json(&'static [&'static str]),
    /// The issuer of an assertion in `Authorization`. The signature is not verified.
    JwtIssuer,
    /// Nothing is asked for.
    Open,
    /// The last segment of the path is the address of a service account, which must be that of a known key.
    ServiceAccount,
}

impl Login {
    /// The values that the request carries, in their order; one that is missing is empty.
    pub(super) fn parts(self, request: &SandboxRequest, path: &str, world: &ServicesWorld) -> Vec<String> {
        let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
        match self {
            Self::AwsSignature => {
                let key = header("authorization");
                let key = key.split("Credential=").nth(1).and_then(|rest| rest.split('/').next());
                vec![key.unwrap_or_default().to_owned()]
            }
            Self::Authorization => vec![bare(&header("authorization"), world)],
            Self::BasicOrBearer if header("authorization").starts_with("Bearer ") => {
                vec![bare(&header("authorization"), world)]
            }
            Self::Basic | Self::BasicOrBearer => basic(&header("authorization")),
            Self::Headers(names) => names.iter().map(|name| header(name)).collect(),
            Self::Json(pointers) => {
                let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
                let field =
                    |pointer: &&str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
                pointers.iter().map(field).collect()
            }
            Self::JwtIssuer => vec![issuer(&header("authorization"))],
            Self::Open => Vec::new(),
            Self::ServiceAccount => {
                let email = path.rsplit('/').next().unwrap_or_default();
                let email = percent_encoding::percent_decode_str(email).decode_utf8_lossy().into_owned();
                let is_its = |value: &&str| field_of(value, "client_email") == email && !email.is_empty();
                vec![world.values().find(is_its).unwrap_or_default().to_owned()]
            }
        }
    }
}

/// The id of a service account's key, as its file holds it.
pub(super) fn key_id(file: &str) -> String {
    field_of(file, "private_key_id")
}

fn field_of(file: &str, name: &str) -> String {
    let file: Value = serde_json::from_str(file).unwrap_or_default();
    file[name].as_str().unwrap_or_default().to_owned()
}

/// The header's credential: some services' own values hold a scheme, too, so what is known wins.
fn bare(header: &str, world: &ServicesWorld) -> String {
    let rest = header.split_once(' ').map_or(header, |(_, rest)| rest).trim();
    let unnamed = rest.strip_prefix("token=").unwrap_or(rest);
    let known = [header, rest, unnamed].into_iter().find(|text| world.worth(text).is_some());
    let known = known.map(ToOwned::to_owned);
    known
        .or_else(|| basic(header).into_iter().find(|text| world.worth(text).is_some()))
        .unwrap_or_else(|| unnamed.to_owned())
}

fn basic(header: &str) -> Vec<String> {
    let encoded = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = encoded.and_then(|(_, text)| STANDARD.decode(text.trim()).ok());
    let Some(pair) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) else { return vec![String::new()] };
    let (user, password) = pair.split_once(':').unwrap_or((&pair, ""));
    // A key goes as user or as password, with an empty or a fixed word beside it.
    match (user, password) {
        (key, "" | "x-oauth-basic") => vec![key.to_owned()],
        ("" | "api" | "apikey" | "anystring", key) => vec![key.to_owned()],
        (user, password) => vec![user.to_owned(), password.to_owned()],
    }
}

fn issuer(header: &str) -> String {
    let payload = header.split_once(' ').and_then(|(_, token)| token.split('.').nth(1));
    let payload = payload.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).unwrap_or_default();
    let claims: Value = serde_json::from_slice(&payload).unwrap_or_default();
    match &claims["iss"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
