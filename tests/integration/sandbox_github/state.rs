//! What the sandbox keeps from one run to the next.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf};

use esc_sync::sandbox::{Running, Sandbox, SandboxOptions};

use super::support::{ORG_SECRETS, get, names, put};

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("sandbox-{}", esc_sync::crypto::random_id(6)))
}

async fn start(dir: &std::path::Path) -> std::io::Result<Running> {
    Sandbox::start(SandboxOptions { dir: Some(dir.to_owned()), ..SandboxOptions::default() }).await
}

#[tokio::test]
async fn a_second_run_goes_on_where_the_first_ended() {
    let dir = folder();
    let running = start(&dir).await.expect("started");
    assert!(running.fresh);
    put(&running, ORG_SECRETS, "A", b"kept").await;
    running.advance(86_400);
    running.world(|world| world.github.put_repository("acme", "more", Default::default(), 0));
    let (key, time) = (get(&running, &format!("{ORG_SECRETS}/public-key")).await.json(), running.now());
    running.shutdown().await;
    let again = start(&dir).await.expect("started again");
    assert!(!again.fresh && again.now() >= time);
    assert_eq!(names(&get(&again, ORG_SECRETS).await, "secrets"), ["A"]);
    assert_eq!(get(&again, "/repos/acme/more").await.status, 200);
    assert_eq!(get(&again, &format!("{ORG_SECRETS}/public-key")).await.json(), key);
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&dir.join("sandbox.json"))), (0o700, 0o600));
    assert_eq!(std::fs::read_dir(&dir).expect("readable").count(), 1);
    std::fs::remove_dir_all(&dir).expect("removed");
}

#[tokio::test]
async fn a_damaged_state_is_an_error_that_says_where_and_shows_nothing() {
    let dir = folder();
    let running = start(&dir).await.expect("started");
    put(&running, ORG_SECRETS, "A", b"canary").await;
    running.shutdown().await;
    let file = dir.join("sandbox.json");
    let whole = std::fs::read_to_string(&file).expect("readable");
    let torn = whole[..whole.len() / 2].to_owned();
    let retyped = whole.replace("\"Y2FuYXJ5\"", "12345678");
    for damaged in [torn.as_str(), retyped.as_str(), "", "{}", "[1]", r#"{"version":9}"#] {
        assert_ne!(damaged, whole);
        std::fs::write(&file, damaged).expect("written");
        let error = start(&dir).await.map(|_| ()).expect_err(damaged);
        let text = error.to_string();
        assert!(text.contains("sandbox.json") && text.contains("remove the file"), "{text}");
        assert!(!text.contains("Y2Fu") && !text.contains("12345678"), "{text}");
        assert_eq!(std::fs::read_to_string(&file).expect("readable"), damaged, "left as it was");
    }
    std::fs::remove_dir_all(&dir).expect("removed");
}

#[tokio::test]
async fn c7_a_second_sandbox_waits_for_the_first_to_leave_the_folder() {
    let dir = folder();
    let first = start(&dir).await.expect("started");
    put(&first, ORG_SECRETS, "A", b"kept").await;
    let (second, ()) = tokio::join!(start(&dir), first.shutdown());
    let second = second.expect("started");
    assert_eq!(names(&get(&second, ORG_SECRETS).await, "secrets"), ["A"], "the first's last state");
    second.shutdown().await;
    std::fs::remove_dir_all(&dir).expect("removed");
}
