//! What a login to the machines needs on this one.

use std::{fs, os::unix::fs::PermissionsExt as _};

use esc_sync::{
    keys::KeyComment,
    ssh::{files, pair::KeyPair},
};

use super::{assert_failed, outcome};
use crate::support::{
    program::{Program, Ran},
    world::{HEADER, World},
};

fn world(name: &str) -> World {
    let mapping = format!(
        "{HEADER}ssh:\n  user: ubuntu\n  private-key: ~/.ssh/deploy\n  machines: [ {{ name: gpu-1, host: 192.0.2.10 }} ]\nentries:\n  A: s.a\n"
    );
    let world = World::with_mapping(name, &mapping);
    world.esc_secrets(&[("a", "x1y2z3")]).org_secret("A", "x1y2z3");
    let folder = world.folder.join(".ssh");
    fs::create_dir(&folder).expect("made");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("set");
    let bin = world.folder.join("bin");
    fs::create_dir(&bin).expect("made");
    fs::write(bin.join("ssh"), "#!/bin/sh\n").expect("written");
    fs::set_permissions(bin.join("ssh"), fs::Permissions::from_mode(0o755)).expect("set");
    world
}

fn look(world: &World, path: &str) -> Ran {
    let program: Program = world.program(["doctor", "ssh", "rotate", "--format", "json"]);
    program.env("PATH", path).run()
}

#[test]
fn a_client_a_key_and_its_mode_are_looked_at_one_by_one() {
    let world = world("doctor-machines");
    let bin = world.folder.join("bin");
    let bin = bin.to_str().expect("text");
    let ran = look(&world, "/nowhere");
    assert_failed(&ran, "ssh-client", "no `ssh` in PATH", "install the OpenSSH client");
    assert_failed(&ran, "ssh-private-key", "is not there", "run this where the key lies");
    assert_eq!(outcome(&ran, "ssh-known-hosts"), "warning");

    let key = world.folder.join(".ssh/deploy");
    let pair = KeyPair::generate(&KeyComment::of_rotation("trial", esc_sync::model::Stamp(0)), None).expect("a pair");
    files::create(&key, &pair).expect("written");
    fs::write(world.folder.join(".ssh/known_hosts"), "192.0.2.10 ssh-ed25519 AAAA\n").expect("written");
    let ran = look(&world, bin);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    for stage in ["ssh-client", "ssh-known-hosts", "ssh-private-key"] {
        assert_eq!(outcome(&ran, stage), "ok", "{stage}");
    }

    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("set");
    assert_failed(&look(&world, bin), "ssh-private-key", "open to others", "chmod");
}

#[test]
fn without_an_ssh_block_there_is_no_key_to_speak_of() {
    let world = super::world("doctor-no-block");
    let ran = super::doctor(&world, &["ssh", "verify"]);
    assert_failed(&ran, "ssh-private-key", "no `ssh` block", "docs/mapping.md");
}
