//! What a login to the machines needs on this one: the client, the known hosts, the private key. Nobody is logged in to.

use super::Doctor;
use crate::{
    engine::RotationOptions,
    keys::PairFault,
    mapping::SshSpec,
    model::{Stage, StageKind, StageOutcome},
    ssh::{client::program_in_path, files, pair::KeyPair},
};

pub(super) fn look(doctor: &Doctor<'_>) -> Vec<Stage> {
    if !doctor.errand.is_about_the_key() {
        return Vec::new();
    }
    let (Some(spec), Some(files)) = (doctor.mapping.ssh.as_deref(), &doctor.files) else {
        return vec![match doctor.files {
            None => Stage::ok(StageKind::SshClient, "", "the sandbox brings machines and a key of its own"),
            Some(_) => Stage::new(
                StageKind::SshPrivateKey,
                &*doctor.mapping.file,
                StageOutcome::Failed,
                "the mapping has no `ssh` block, which says which key opens which machines",
            )
            .help("add one: see `ssh` in docs/mapping.md"),
        }];
    };
    let mut stages = Vec::new();
    if doctor.errand.machines {
        stages.extend([client(), known_hosts(spec, files)]);
    }
    stages.push(private_key(spec, files));
    stages
}

fn client() -> Stage {
    match program_in_path("ssh") {
        Some(program) => Stage::ok(StageKind::SshClient, program.display().to_string(), "it is there"),
        None => Stage::new(
            StageKind::SshClient,
            "",
            StageOutcome::Failed,
            "there is no `ssh` in PATH, and machines are reached by nothing else",
        )
        .help("install the OpenSSH client"),
    }
}

fn known_hosts(spec: &SshSpec, options: &RotationOptions) -> Stage {
    let file = options.path(spec.known_hosts.as_deref().unwrap_or("~/.ssh/known_hosts"));
    let about = file.display().to_string();
    match file.metadata() {
        Ok(metadata) if metadata.is_file() && metadata.len() > 0 => {
            Stage::ok(StageKind::SshKnownHosts, about, "it is there")
        }
        Ok(metadata) if !metadata.is_file() => {
            Stage::new(StageKind::SshKnownHosts, about, StageOutcome::Failed, "it is no file")
                .help("correct `known-hosts` of the mapping's ssh block")
        }
        _ => Stage::new(
            StageKind::SshKnownHosts,
            about,
            StageOutcome::Warning,
            "no host key is known, so no machine will be believed",
        )
        .help("put the machines' host keys there, or add --accept-new-host-keys the first time"),
    }
}

fn private_key(spec: &SshSpec, options: &RotationOptions) -> Stage {
    let kind = StageKind::SshPrivateKey;
    let failed =
        |about: String, what: String, help: String| Stage::new(kind, about, StageOutcome::Failed, what).help(help);
    let Some(declared) = spec.private_key.as_deref() else {
        let what = "the mapping's ssh block names no `private-key`".to_owned();
        return failed(String::new(), what, "name the file of the key that opens the machines".to_owned());
    };
    let file = options.path(declared);
    let about = file.display().to_string();
    match files::read(&file) {
        Ok(None) => failed(
            about,
            "it is not there, and without the old key no machine can be given a new one".to_owned(),
            "run this where the key lies, or correct `private-key` of the mapping's ssh block".to_owned(),
        ),
        Err(fault) => failed(about, fault.to_string(), fault.help()),
        Ok(Some(text)) => match KeyPair::read(&text, None) {
            Ok(pair) => Stage::ok(kind, about, format!("it can be used; its public half is {}", pair.fingerprint())),
            Err(PairFault::Locked) => {
                Stage::ok(kind, about, "it is locked: give its passphrase with --passphrase-file")
            }
            Err(fault) => failed(about, format!("it cannot be used: {fault}"), fault.help().to_owned()),
        },
    }
}
