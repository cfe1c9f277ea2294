//! The shipped template, filled in and booted; and the one it is put in place of.

use std::{collections::BTreeSet, fs, path::Path};

use esc_sync::{
    keys::PublicKey,
    ssh::inject::{Request, inject},
};

use super::{
    machine::{Booted, Machine},
    pairs::Pair,
};

/// `docs/cloud-init/user-data.yaml` with its variables filled in.
fn shipped(key: &Pair) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cloud-init/user-data.yaml");
    let variables = vec![("ssh_key_name".to_owned(), "deploy-1".to_owned())];
    let public = PublicKey::parse(&key.line).expect("ssh-keygen made it");
    let request = Request { template: Some(variables), ..Request::new(public, "ubuntu") };
    let filled = inject(&fs::read(file).expect("it is shipped"), &request);
    let filled = filled.unwrap_or_else(|refusals| panic!("the template is refused: {refusals:#?}")).document;
    String::from_utf8(filled).expect("text")
}

/// Boots it with the provider's key on both kinds of image, and says what must be so on each.
fn on_each_image(document: &str, provider: &Pair, holds: impl Fn(&Booted)) {
    const LOOK: &str = "stat -c '%u:%g %a' \"$ROOT/home/ubuntu/.provisioned\"; cat \"$ROOT/home/ubuntu/.provisioned\"\n\
                        chroot \"$ROOT\" id -Gn ubuntu\n";
    holds(&Machine::with(document).provider_key(&provider.line).then(LOOK).boot());
    holds(&Machine::with(document).provider_key(&provider.line).then(LOOK).image_with_ubuntu().boot());
}

#[test]
fn the_shipped_template_lets_its_key_and_the_providers_in() {
    let [key, provider] = ["esc-sync:deploy:20260101T000000Z", "provider"].map(Pair::new);
    on_each_image(&shipped(&key), &provider, |booted| {
        assert!(booted.is_valid_by_schema);
        assert!(booted.warnings.is_empty(), "{:?}", booted.warnings);
        assert_eq!(booted.opens("ubuntu"), BTreeSet::from([key.fingerprint(), provider.fingerprint()]));
        let ubuntu = booted.account("ubuntu");
        ubuntu.assert_own();
        assert_eq!(ubuntu.lines().len(), 2);
        assert_eq!(ubuntu.shell, "/bin/bash");
        let (_, seen) = booted.after.as_ref().expect("it was looked at");
        let lines: Vec<_> = seen.lines().collect();
        assert_eq!(lines[0], format!("{}:{} 644", ubuntu.id, ubuntu.group));
        assert_eq!(lines[1..3], ["PROVISIONED_BY=cloud-init", "SSH_KEY_NAME=deploy-1"]);
        assert!(lines[3].split(' ').any(|group| group == "docker"), "{seen}");
    });
}

/// The kind of document that it replaces: a user by hand and no `default`, a file below his home.
fn by_hand(key: &Pair) -> String {
    format!(
        "#cloud-config\nusers:\n  - name: ubuntu\n    sudo: ALL=(ALL) NOPASSWD:ALL\n    ssh_authorized_keys:\n      - {}\n\
         write_files:\n  - path: /home/ubuntu/.provisioned\n    content: |\n      AT=$(date)\n",
        key.line
    )
}

#[test]
fn users_without_default_lose_the_providers_key() {
    let [key, provider] = ["key", "provider"].map(Pair::new);
    on_each_image(&by_hand(&key), &provider, |booted| {
        assert!(booted.is_valid_by_schema && booted.warnings.is_empty(), "nobody says so: {:?}", booted.warnings);
        assert_eq!(booted.opens("ubuntu"), BTreeSet::from([key.fingerprint()]));
        let root = booted.account("root").lines();
        assert!(root.len() == 1 && root[0].contains("Please login as the user \\\"NONE\\\""), "{root:?}");
        assert!(booted.after.as_ref().expect("it was looked at").1.contains("AT=$(date)"));
    });
}

/// Files come before users: on an image without the account the home is root's, and its owner cannot write there.
#[test]
fn a_file_below_a_home_that_is_not_there_yet_takes_it_away() {
    let key = Pair::new("key");
    let booted = Machine::with(by_hand(&key)).boot();
    let ubuntu = booted.account("ubuntu");
    assert_eq!(ubuntu.rights["home"].owner, 0);
    assert_eq!(ubuntu.shell, "/bin/sh");
    assert_eq!(Machine::with(by_hand(&key)).image_with_ubuntu().boot().account("ubuntu").rights["home"].owner, 1000);
}

#[test]
fn users_without_default_and_a_list_at_the_top_let_nobody_in() {
    let key = Pair::new("key");
    let document = format!("#cloud-config\nusers:\n  - name: other\nssh_authorized_keys:\n  - {}\n", key.line);
    let booted = Machine::with(document).boot();
    assert!(booted.is_valid_by_schema && booted.warnings.is_empty(), "{:?}", booted.warnings);
    assert!(booted.opens("ubuntu").is_empty() && booted.opens("other").is_empty());
    assert!(booted.account("root").keys.contains("exit 142"));
}
