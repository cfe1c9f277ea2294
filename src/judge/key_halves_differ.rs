//! ESC holds both halves of the machines' key, and they are not of one key.

use super::{
    machines_key::{self, Said},
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::{
    keys,
    mapping::{EscPlace, SshSpec},
    model::{Severity, Status},
};

pub(super) const RULE: Rule = Rule {
    tiered: false,
    ..Rule::new("key-halves-differ", Severity::Error, Check::World(check), "the stored halves are of two keys")
};

fn check(world: &World, findings: &mut Findings) {
    let Some(ssh) = world.mapping.ssh.as_deref() else { return };
    let (Some(public), Some(private)) = (&ssh.public_key, &ssh.stored_private_key) else { return };
    let (severity, status, reason) = match compare(world, public, private) {
        Ok(true) => return,
        Ok(false) => {
            let (public, private) = (machines_key::place(public), machines_key::place(private));
            (Severity::Error, Some(Status::Malformed), format!("{public} is not the public half of {private}"))
        }
        Err(why) => (Severity::Note, None, format!("whether both halves are of one key is not known: {why}")),
    };
    say(world, ssh, severity, status, reason, findings);
}

fn say(
    world: &World,
    ssh: &SshSpec,
    severity: Severity,
    status: Option<Status>,
    reason: String,
    findings: &mut Findings,
) {
    let remedy =
        "see which of them opens the machines with `esc-sync ssh verify`, and store the other half of that one";
    machines_key::say(world, ssh, Said { rule: &RULE, severity, status, reason, remedy }, findings);
}

fn compare(world: &World, public: &EscPlace, private: &EscPlace) -> Result<bool, String> {
    let key = keys::public_key(machines_key::value(world, public)?)
        .map_err(|damage| format!("the public half is no key: {}", damage.reason()))?;
    let half = keys::public_half(machines_key::value(world, private)?)
        .ok_or_else(|| format!("{} shows no public half", machines_key::place(private)))?;
    Ok(key == half)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::RULE;
    use crate::{
        judge::testing::{Case, private_key, public_key},
        model::{Severity, Status},
    };

    /// The body of another key of the same kind.
    fn other_key() -> String {
        let pair = ssh_key::private::Ed25519Keypair::from_seed(&[8; 32]);
        let key = ssh_key::PrivateKey::new(pair.into(), "").expect("a key pair makes a key");
        key.public_key().to_openssh().expect("encodes")
    }

    fn said(public: &str, private: &str) -> Option<(Severity, Option<Status>)> {
        let case = Case::new().esc_only("PUBLIC", "ssh.public").value("ssh.public", &STANDARD.encode(public));
        let about = case.value("ssh.private", private).ssh("ssh.public", 100).stores_private("ssh.private").judge_one();
        let mut own = about.findings.iter().filter(|finding| finding.rule == RULE.id);
        own.next().map(|finding| (finding.severity, finding.status))
    }

    #[test]
    fn halves_are_compared_by_their_keys_and_not_by_their_comments() {
        assert_eq!(said(&format!("{} you@host", public_key().trim_end()), private_key()), None);
        assert_eq!(said(&other_key(), private_key()), Some((Severity::Error, Some(Status::Malformed))));
        assert_eq!(said(public_key(), "7f3c9a1e"), Some((Severity::Note, None)));
        assert_eq!(said("no key", private_key()), Some((Severity::Note, None)));
    }
}
