//! Walking real folders: what is read, skipped and refused.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use esc_sync::{
    engine::{Walk, Walked, walk},
    mapping::{LoadOptions, load},
    model::SecretValue,
    scan::{Known, Matcher, Settings},
};

use crate::support::program::folder;

const VALUE: &str = "c4n4ry-V4lue-77";
const WORKFLOW: &str = "a: ${{ secrets.A }}\n";

fn put(root: &Path, file: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().expect("in a folder")).expect("made");
    fs::write(path, bytes).expect("written");
}

fn walked(root: &Path) -> Walked {
    let mapping = "version: 1\nesc: { environment: a/b/c }\ngithub: { organization: a }\nentries: { A: x, ACCOUNT: { esc: account, kind: config, deny: [wrong-1234] } }\n";
    let loaded = load("m.yaml", mapping.as_bytes(), &LoadOptions::default()).expect("legal");
    let value = SecretValue::from(VALUE);
    let matcher = Matcher::new(&[Known { name: "A".to_owned(), value: &value }]);
    let settings = Settings::new(&loaded.mapping);
    walk(root, Walk { settings: &settings, matcher: Some(&matcher), mapping: &root.join("m.yaml") })
}

fn leaking(walked: &Walked) -> Vec<String> {
    walked.leaks.iter().map(|(file, leak)| format!("{file}:{}:{}", leak.at.line, leak.at.column)).collect()
}

#[test]
fn gitignore_is_heeded_outside_of_repositories_and_hidden_files_are_read() {
    let root = folder("scan-walk");
    put(&root, ".gitignore", "ignored/\n*.log\n!kept.log\n");
    put(&root, ".ignore", "b.txt\n");
    for file in
        ["ignored/a.txt", "x.log", "kept.log", "b.txt", ".hidden/c", ".env.template", ".git/config", "sub/.git/d"]
    {
        put(&root, file, format!("\n {VALUE}\n"));
    }
    put(&root, ".github/workflows/w.yml", WORKFLOW);
    put(&root, "m.yaml", format!("wrong-1234 {VALUE}"));
    put(&root, "n.yaml", "wrong-1234");
    let walked = walked(&root);
    assert_eq!(leaking(&walked), [".env.template:2:2", ".hidden/c:2:2", "b.txt:2:2", "kept.log:2:2", "m.yaml:1:12"]);
    let contradicting: Vec<_> =
        walked.tree.iter().filter(|(_, read)| !read.settings.is_empty()).map(|(file, _)| file.as_str()).collect();
    assert_eq!(contradicting, ["n.yaml"], "the mapping names what it denies");
    assert!(walked.tree[".github/workflows/w.yml"].workflow);
}

#[test]
fn x1_no_link_is_followed() {
    let root = folder("scan-links");
    let outside = folder("scan-outside");
    put(&outside, "secret.txt", VALUE);
    put(&root, "own.txt", VALUE);
    symlink(outside.join("secret.txt"), root.join("file")).expect("a link");
    symlink(&outside, root.join("folder")).expect("a link");
    symlink("/proc/self/environ", root.join("environ")).expect("a link");
    symlink("own.txt", root.join("inside")).expect("a link");
    symlink("..", root.join("loop")).expect("a link");
    let walked = walked(&root);
    assert_eq!(leaking(&walked), ["own.txt:1:1"]);
    assert_eq!((walked.files, walked.unreadable.len()), (1, 0));
}

#[test]
fn binary_is_counted_utf_16_decoded_and_large_files_searched_in_blocks() {
    let root = folder("scan-kinds");
    put(&root, "binary", [VALUE.as_bytes(), b"\0"].concat());
    let wide: Vec<u8> = format!("\u{feff}a\n {VALUE}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(&root, "wide.txt", wide);
    let mut large = b"line\n".repeat(17 * 1024 * 1024 / 5);
    let block = 16 * 1024 * 1024 - 7;
    large[block..block + VALUE.len()].copy_from_slice(VALUE.as_bytes());
    put(&root, "large.txt", &large);
    let walked = walked(&root);
    let line = large[..block].iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = large[..block].iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    assert_eq!(leaking(&walked), [format!("large.txt:{line}:{column}"), "wide.txt:2:2".to_owned()]);
    assert_eq!((walked.binary, walked.files), (1, 2));
    assert_eq!(walked.large, ["large.txt"]);
    assert_eq!(leaking(&super::tree::walked(&root.join("wide.txt"))), ["wide.txt:2:2"], "a tree may be one file");
    fs::remove_dir_all(root).expect("large");
}

/// Root may read everything, so there is nothing to refuse then.
#[test]
fn what_cannot_be_read_is_told_and_the_rest_goes_on() {
    let root = folder("scan-rights");
    put(&root, "a.txt", VALUE);
    put(&root, "closed/b.txt", VALUE);
    put(&root, "c.txt", VALUE);
    let close =
        |path: &str, mode| fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).expect("ours");
    close("c.txt", 0);
    close("closed", 0);
    let is_refused = fs::read(root.join("c.txt")).is_err();
    let walked = walked(&root);
    close("closed", 0o755);
    if is_refused {
        assert_eq!(leaking(&walked), ["a.txt:1:1"]);
        let names: Vec<_> = walked.unreadable.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["c.txt", "closed"]);
    } else {
        assert_eq!(leaking(&walked), ["a.txt:1:1", "c.txt:1:1", "closed/b.txt:1:1"]);
    }
}
