//! Parts of a credential that are made of its other parts: signatures, and addresses that are written in it.

use ring::{digest, hmac};
use zeroize::Zeroizing;

use super::{Credential, Found, offline, template::address};
use crate::{
    crypto::jwt::RsaSigner,
    model::{SecretValue, Stamp},
};

/// `host`: a Sentry organization token names its own region; any other is of sentry.io
/// (betterleaks `sentry`, by the probe facts, 2026-11).
pub(super) fn sentry(credential: &Credential, _now: Stamp) -> Result<Credential, Found> {
    // The token's readable middle says where it is at home; the rest of it is not looked at.
    let region = credential.text("value").and_then(|token| {
        let middle = token.strip_prefix("sntrys_")?.split('_').next()?;
        let url = offline::decoded(middle)?.get("region_url")?.as_str().map(address)?;
        url.ok()
    });
    Ok(credential.with("address", region.unwrap_or_else(|| "https://sentry.io".to_owned())))
}

/// `name`: the account without its region, as a login wants it; `host`: with hyphens, as its address wants it
/// (Snowflake's guide on account identifiers, read 2026-11).
pub(super) fn snowflake(credential: &Credential, _now: Stamp) -> Result<Credential, Found> {
    // The account is no secret; it says which host is asked.
    let account = credential.text("account").unwrap_or_default().trim();
    let account = account.strip_suffix(".snowflakecomputing.com").unwrap_or(account);
    let name = account.split('.').next().unwrap_or(account).to_uppercase();
    Ok(credential.with("name", name).with("tenant", account.replace('_', "-")))
}

/// `email` and `key`: what a service account's file says of itself.
pub(super) fn google(credential: &Credential, _now: Stamp) -> Result<Credential, Found> {
    let broken = || Found::malformed("it is not the JSON file of a service account with its private key");
    // The file is taken apart; its private key goes nowhere.
    let text = credential.text("value").ok_or_else(broken)?;
    let json = serde_json::from_str(text).ok().or_else(|| offline::decoded(text)).ok_or_else(broken)?;
    let of = |field: &str| json.get(field).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
    let (Some(email), Some(key), Some(pem)) = (of("client_email"), of("private_key_id"), of("private_key")) else {
        return Err(broken());
    };
    match RsaSigner::from_pem(&SecretValue::from(pem)) {
        Ok(_) => Ok(credential.with("email", email).with("key", key)),
        Err(error) => Err(Found::malformed(format!("its private key cannot sign: {error}"))),
    }
}

/// `token`: what a GitHub App signs to say who it is, good for nine minutes.
/// Half a minute back, since clocks differ (GitHub docs, generating a JWT for a GitHub App, read 2026-11).
pub(super) fn github_app(credential: &Credential, now: Stamp) -> Result<Credential, Found> {
    // The key signs and goes nowhere; the number is no secret.
    let key = SecretValue::from(credential.text("value").unwrap_or_default());
    let signer = RsaSigner::from_pem(&key)
        .map_err(|error| Found::malformed(format!("it cannot sign: {error}; nothing was sent")))?;
    let app = credential.text("app").unwrap_or_default().trim();
    let claims = serde_json::json!({ "iat": now.0 - 30, "exp": now.0 + 540, "iss": app });
    Ok(credential.with("token", signer.sign(&claims.to_string())))
}

const AWS_SCOPE: &str = "us-east-1/sts/aws4_request";
pub(super) const AWS_HOST: &str = "sts.amazonaws.com";
pub(super) const AWS_BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// `date` and `authorization`: the signature, version 4, of the one request that asks who signs it
/// (AWS docs, create a signed request, read 2026-11).
pub(super) fn aws(credential: &Credential, now: Stamp) -> Result<Credential, Found> {
    // The secret signs and goes nowhere; id and session token are sent as they are.
    let [secret, id] = ["value", "id"].map(|part| credential.text(part).unwrap_or_default());
    let date: String = now.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let day = &date[..date.len().min(8)];
    let (tokens, signed) = match credential.text("session") {
        Some(token) => (format!("x-amz-security-token:{token}\n"), "host;x-amz-date;x-amz-security-token"),
        None => (String::new(), "host;x-amz-date"),
    };
    let tokens = Zeroizing::new(tokens);
    let canonical = Zeroizing::new(format!(
        "POST\n/\n\nhost:{AWS_HOST}\nx-amz-date:{date}\n{}\n{signed}\n{}",
        *tokens,
        hex(digest::digest(&digest::SHA256, AWS_BODY.as_bytes()).as_ref())
    ));
    let hash = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{day}/{AWS_SCOPE}\n{hash}");
    let mut key = Zeroizing::new(format!("AWS4{secret}").into_bytes());
    for word in [day, "us-east-1", "sts", "aws4_request"] {
        key = sign(&key, word.as_bytes());
    }
    let signature = hex(&sign(&key, text.as_bytes()));
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={id}/{day}/{AWS_SCOPE}, SignedHeaders={signed}, Signature={signature}");
    Ok(credential.with("date", date).with("authorization", authorization))
}

fn sign(key: &[u8], text: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `granular`: whether the key is a token with claims of its own, which may be narrower than the cluster.
pub(super) fn qdrant(credential: &Credential, _now: Stamp) -> Result<Credential, Found> {
    // Only its beginning is looked at.
    let granular = credential.text("value").is_some_and(|key| key.starts_with("eyJhb"));
    Ok(if granular { credential.with("granular", "yes") } else { credential.with("plain", "yes") })
}

/// `host`: the service's own of the region; the United States' unless told otherwise.
pub(super) fn new_relic(credential: &Credential, _now: Stamp) -> Result<Credential, Found> {
    // The region is no secret.
    let europe = credential.text("region").is_some_and(|region| region.trim().eq_ignore_ascii_case("eu"));
    Ok(credential.with("host", if europe { "api.eu.newrelic.com" } else { "api.newrelic.com" }))
}
