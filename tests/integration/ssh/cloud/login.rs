//! A real sshd in the root that the real cloud-init set up: which key opens it, and for whom.

use super::{
    documents::listing,
    injected::injected,
    machine::{Booted, Machine},
    pairs::Pair,
};

const LOGIN: &str = include_str!("login.sh");

/// Boots and logs in, as `commands` say; `key` is the pair of the document, `provider` and `stranger` are others.
fn booted(document: &[u8], pairs: [&Pair; 3], commands: &str) -> Booted {
    let [key, provider, stranger] = pairs;
    Machine::with(document)
        .provider_key(&provider.line)
        .file("key", &key.private)
        .file("provider", &provider.private)
        .file("stranger", &stranger.private)
        .then(&format!("{LOGIN}{commands}"))
        .boot()
}

fn said(booted: &Booted) -> Vec<&str> {
    let (code, said) = booted.after.as_ref().expect("it was asked");
    assert_eq!(*code, 0, "{said}");
    said.lines().collect()
}

#[test]
fn sshd_lets_the_injected_key_in_and_the_providers() {
    let [key, provider, stranger] = ["key", "provider", "stranger"].map(Pair::new);
    let document = injected("#cloud-config\nhostname: machine\n", &key, "ubuntu");
    // The nonce is computed over there: an echo of what was sent would not have it.
    let commands = "says injected key ubuntu\nsays provider provider ubuntu\nsays stranger stranger ubuntu\n\
                    chmod 666 \"$ROOT/home/ubuntu/.ssh/authorized_keys\"\nsays loose key ubuntu\n";
    let booted = booted(&document, [&key, &provider, &stranger], commands);
    // The last one: StrictModes is on, so owner and mode are part of what was proved.
    assert_eq!(said(&booted), ["injected: 42 ubuntu", "provider: 42 ubuntu", "stranger: refused", "loose: refused"]);
}

/// Authenticated is not let in: root's copy of the key runs a forced command and no other.
#[test]
fn root_has_the_key_behind_a_forced_command() {
    let [key, provider] = ["key", "provider"].map(Pair::new);
    let booted = Machine::with(listing(&key.line)).provider_key(&provider.line).boot();
    let lines = booted.account("root").lines();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert!(line.contains("command=\"echo 'Please login as the user") && line.contains("exit 142"), "{line}");
    }
}
