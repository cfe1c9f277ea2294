//! Who we are at Lambda, and where it is: `LAMBDA_API_KEY` and `LAMBDA_API_URL`.

use super::SERVICE;
use crate::{
    http::{Asked, BaseUrl, Credential},
    model::{Cause, SecretValue, Unread},
    store::{Env, env::set},
};

/// A key of Lambda's API.
#[derive(Debug)]
pub struct LambdaLogin {
    credential: Credential,
    /// For messages: `the key in LAMBDA_API_KEY`.
    described: String,
}

/// The first server of Lambda's description; the second, `cloud.lambdalabs.com`, is deprecated.
const DEFAULT_ADDRESS: &str = "https://cloud.lambda.ai/api/v1";
const PREFIX: &str = "/api/v1";

impl LambdaLogin {
    /// A key, and where it came from, for messages.
    pub fn key(key: &SecretValue, described: &str) -> Result<Self, Unread> {
        let credential = Credential::new("Bearer", key).map_err(|error| {
            let help = format!("replace {described} by the key itself, without quotes or spaces");
            no_login(&format!("{described} cannot be used: {error}"), help)
        })?;
        Ok(Self { credential, described: described.to_owned() })
    }

    pub fn find(env: Env<'_>) -> Result<Self, Unread> {
        let help = "set LAMBDA_API_KEY to a key from the API keys page of Lambda's console";
        let key = set(env, "LAMBDA_API_KEY").ok_or_else(|| no_login("there is no login", help))?;
        Self::key(&SecretValue::from(key), "the key in LAMBDA_API_KEY")
    }

    pub(super) fn credential(&self) -> &Credential {
        &self.credential
    }

    pub(super) fn described(&self) -> &str {
        &self.described
    }
}

/// `LAMBDA_API_URL`, with the API's prefix where it has none, or Lambda's own address.
pub fn address(env: Env<'_>) -> Result<BaseUrl, Unread> {
    let text = set(env, "LAMBDA_API_URL").unwrap_or_else(|| DEFAULT_ADDRESS.to_owned());
    let bad = |error| no_login(&format!("the address in LAMBDA_API_URL cannot be used: {error}"), "set LAMBDA_API_URL");
    let given = BaseUrl::parse(&text).map_err(bad)?.to_string();
    let whole = if given.ends_with(PREFIX) { given } else { format!("{given}{PREFIX}") };
    BaseUrl::parse(&whole).map_err(bad)
}

fn no_login(reason: &str, help: impl Into<String>) -> Unread {
    let asked = Asked { service: SERVICE, operation: "log in", login: "the key in LAMBDA_API_KEY" };
    asked.unread(Cause::Login, reason, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_the_prefix_it_lacks() {
        let of = |text: &'static str| {
            address(&move |name| (name == "LAMBDA_API_URL").then(|| text.to_owned())).map(|base| base.to_string())
        };
        assert_eq!(of("").as_deref(), Ok(DEFAULT_ADDRESS));
        for text in ["http://127.0.0.1:1", "http://127.0.0.1:1/", "http://127.0.0.1:1/api/v1/"] {
            assert_eq!(of(text).as_deref(), Ok("http://127.0.0.1:1/api/v1"), "{text}");
        }
        assert_eq!(of("https://x.test/p").as_deref(), Ok("https://x.test/p/api/v1"));
        let refused = of("http://x.test/").expect_err("plain http to another machine");
        assert!(refused.cause == Cause::Login && refused.what.contains("LAMBDA_API_URL"), "{refused:?}");
    }

    #[test]
    fn without_a_key_it_is_said_what_to_set() {
        let unread = LambdaLogin::find(&|_| None).expect_err("no key");
        assert!(unread.cause == Cause::Login && unread.help.contains("LAMBDA_API_KEY"), "{unread:?}");
        let unread = LambdaLogin::key(&SecretValue::from("canary\nline"), "the key").expect_err("two lines");
        assert!(!format!("{unread:?}").contains("canary"), "{unread:?}");
    }
}
