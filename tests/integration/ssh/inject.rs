//! `ssh inject` from end to end: files, exit codes, ESC.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::support::{
    program::{Program, Ran, folder},
    world::{HEADER, World},
};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f deploy@laptop";
const CONFIG: &str = "#cloud-config\n# ours\nruncmd: [a]\n";

fn prepared(name: &str) -> PathBuf {
    let folder = folder(name);
    fs::write(folder.join("key.pub"), format!("{KEY}\n")).expect("written");
    fs::write(folder.join("user-data"), CONFIG).expect("written");
    folder
}

fn inject(folder: &Path, more: &[&str]) -> Ran {
    let common = ["ssh", "inject", "user-data", "--key", "key.pub", "--user", "ubuntu"];
    Program::new(folder).args(common).args(more.iter().copied()).run()
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).expect("text")
}

#[test]
fn a_document_is_written_once_and_then_left_alone() {
    let folder = prepared("inject-twice");
    let file = folder.join("user-data");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
    let wanted = format!("{CONFIG}ssh_authorized_keys:\n  - \"{KEY}\"\n");
    let first = inject(&folder, &["--out", "user-data"]);
    assert_eq!((first.code, first.stdout.as_str()), (0, ""), "{}", first.stderr);
    assert_eq!(text(&file), wanted);
    assert!(first.stderr.contains(&format!("+  - \"{KEY}\"")) && !first.stderr.contains("runcmd"), "{}", first.stderr);
    assert!(first.stderr.contains("not compared"), "{}", first.stderr);
    assert_eq!(file.metadata().expect("there").permissions().mode() & 0o777, 0o640);
    let second = inject(&folder, &["--out", "user-data"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert!(second.stderr.contains("unchanged"), "{}", second.stderr);
    assert_eq!(text(&file), wanted);
}

#[test]
fn without_out_the_document_is_the_result_and_a_dry_run_writes_nothing() {
    let folder = prepared("inject-stdout");
    let shown = inject(&folder, &[]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert_eq!(shown.stdout, format!("{CONFIG}ssh_authorized_keys:\n  - \"{KEY}\"\n"));
    let dry = inject(&folder, &["--dry-run", "--out", "new"]);
    assert_eq!((dry.code, dry.stdout.as_str()), (0, ""), "{}", dry.stderr);
    assert!(dry.stderr.contains("+ssh_authorized_keys:") && !folder.join("new").exists(), "{}", dry.stderr);
    assert_eq!(inject(&folder, &["--out", "new"]).code, 0);
    assert_eq!(folder.join("new").metadata().expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(text(&folder.join("user-data")), CONFIG);
}

#[test]
fn what_is_refused_says_line_reason_and_remedy() {
    let folder = prepared("inject-refused");
    fs::write(folder.join("user-data"), "#cloud-config\nssh_authorised_keys: []\n").expect("written");
    let ran = inject(&folder, &["--out", "user-data"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    for part in ["user-data: line 2: ", "[misspelt-name]", "help: write it as `ssh_authorized_keys`"] {
        assert!(ran.stderr.contains(part), "{part} in {}", ran.stderr);
    }
    assert_eq!(text(&folder.join("user-data")), "#cloud-config\nssh_authorised_keys: []\n");
}

#[test]
fn v13_a_key_file_may_be_wrapped_base64_with_crlf() {
    let folder = prepared("inject-encoded");
    let encoded = STANDARD.encode(format!("{KEY}\r\n"));
    fs::write(folder.join("key.pub"), format!("{}\r\n{}\r\n", &encoded[..76], &encoded[76..])).expect("written");
    let ran = inject(&folder, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.ends_with(&format!("  - \"{KEY}\"\n")), "{}", ran.stdout);
}

#[test]
fn what_is_typed_wrong_is_usage_and_shows_no_key() {
    let folder = prepared("inject-usage");
    fs::write(folder.join("private"), "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary4f1c\n").expect("written");
    fs::write(folder.join("two.pub"), format!("{KEY}\n{KEY}\n")).expect("written");
    let cases: [&[&str]; 7] = [
        &["user-data", "--key", "private", "--user", "ubuntu"],
        &["user-data", "--key", "two.pub", "--user", "ubuntu"],
        &["user-data", "--key", "none.pub", "--user", "ubuntu"],
        &["none", "--key", "key.pub", "--user", "ubuntu"],
        &["user-data", "--key", "key.pub", "--user", "a\nb"],
        &["user-data", "--key", "key.pub", "--user", "ubuntu", "--out", "key.pub"],
        &["user-data", "--key", "key.pub", "--user", "ubuntu", "--var", "a=b"],
    ];
    for words in cases {
        let ran = Program::new(&folder).args(["ssh", "inject"]).args(words.iter().copied()).run();
        assert_eq!(ran.code, 2, "{words:?}: {}", ran.everything());
        assert!(!ran.everything().contains("canary"), "{}", ran.everything());
    }
    assert_eq!(text(&folder.join("key.pub")), format!("{KEY}\n"));
}

#[test]
fn x6_a_template_takes_plain_values_alone() {
    let folder = prepared("inject-template");
    let template = "#cloud-config\nhostname: ${host}\nssh_authorized_keys:\n  - ${ssh_public_key}\n";
    fs::write(folder.join("user-data"), template).expect("written");
    let good = inject(&folder, &["--template", "--var", "host=gpu-1"]);
    assert_eq!(good.code, 0, "{}", good.stderr);
    assert_eq!(good.stdout, format!("#cloud-config\nhostname: \"gpu-1\"\nssh_authorized_keys:\n  - \"{KEY}\"\n"));
    let bad = inject(&folder, &["--template", "--var", "host=a\nruncmd: [reboot]"]);
    assert_eq!((bad.code, bad.stdout.as_str()), (5, ""), "{}", bad.stderr);
    let unfilled = inject(&folder, &[]);
    assert!(unfilled.code == 5 && unfilled.stderr.contains("--template"), "{}", unfilled.stderr);
}

fn world(name: &str, values: &str) -> World {
    let mapping = format!("{HEADER}ssh: {{ user: ubuntu, public-key: s.key }}\nentries:\n  TOKEN: s.token\n");
    let world = World::with_mapping(name, &mapping);
    world.esc(&format!("values:\n  s:\n    token: {{ \"fn::secret\": canary-token-77ab21 }}\n{values}"));
    fs::write(world.folder.join("user-data"), CONFIG).expect("written");
    world
}

#[test]
fn the_key_comes_from_esc_and_a_secret_of_esc_is_refused() {
    let world = world("inject-esc", &format!("    key: {}\n", STANDARD.encode(KEY)));
    let ran = world.program(["ssh", "inject", "user-data"]).run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.ends_with(&format!("  - \"{KEY}\"\n")) && !ran.stderr.contains("not compared"),
        "{}",
        ran.stderr
    );
    assert_eq!(world.asked("/orgs/"), 0, "GitHub has nothing to do with it");
    let script = STANDARD.encode("login canary-token-77ab21\n");
    let leaking = format!("{CONFIG}write_files:\n  - {{path: /x, encoding: b64, content: {script}}}\n");
    fs::write(world.folder.join("user-data"), leaking).expect("written");
    let ran = world.program(["ssh", "inject", "user-data"]).run();
    assert_eq!((ran.code, ran.stdout.as_str()), (5, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("s token") && !ran.stderr.contains("canary"), "{}", ran.stderr);
    assert_eq!(world.program(["ssh", "inject", "user-data", "--offline"]).run().code, 2);
}

#[test]
fn a_key_that_esc_does_not_have_is_not_found_out() {
    for values in ["", "    key: bm90IGEga2V5\n", "    key: 7\n"] {
        let world = world("inject-no-key", values);
        let ran = world.program(["ssh", "inject", "user-data", "--out", "user-data"]).run();
        assert_eq!(ran.code, 3, "{values}: {}", ran.stderr);
        assert_eq!(text(&world.folder.join("user-data")), CONFIG);
    }
}
