//! Lambda's registry over the emulated Lambda, with a network that can be told to fail.
//!
//! The clock is paused: pauses and paces are kept, and nobody waits for them.

mod adding;
mod instances;
mod leaks;
mod pace;
mod refusals;
mod wire;

use std::sync::Arc;

use esc_sync::{
    http::{BaseUrl, Client, Options},
    keys::PublicKey,
    model::SecretValue,
    store::{LambdaStore, lambda::LambdaLogin},
};

use self::wire::Wire;

const KEYS: &str = "/api/v1/ssh-keys";

fn store_with(wire: &Arc<Wire>, options: Options) -> LambdaStore {
    let login = LambdaLogin::key(&SecretValue::from(wire::TOKEN), "the key in LAMBDA_API_KEY").expect("legal");
    let client = Client::simulated(options, Arc::clone(wire) as _);
    LambdaStore::new(&client, BaseUrl::parse("https://cloud.lambda.ai/api/v1").expect("legal"), login)
}

fn store(wire: &Arc<Wire>) -> LambdaStore {
    store_with(wire, Options::default())
}

/// A key made for nothing but the tests.
fn public(seed: u8) -> PublicKey {
    let pair = ssh_key::private::Ed25519Keypair::from_seed(&[seed; 32]);
    let line = ssh_key::PublicKey::from(pair.public).to_openssh().expect("encodes");
    PublicKey::parse(&line).expect("legal")
}
