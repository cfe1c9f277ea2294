//! Logins of browsers.

use super::{Served, TOKEN, board, guarded, open};

async fn log_in(door: &Served) -> String {
    let answer = door.post("/session", &[], &format!("token={TOKEN}")).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"), "{}", answer.whole);
    let cookie = answer.header("set-cookie").to_owned();
    for part in ["Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.split("; ").any(|known| known == part), "{cookie}");
    }
    assert!(!cookie.contains(TOKEN), "{cookie}");
    cookie.split(';').next().expect("a cookie").to_owned()
}

#[tokio::test]
async fn a_browser_logs_in_and_out() {
    let door = open(guarded(), board::full()).await;
    let form = door.get("/session", &[]).await;
    assert!(form.body.contains("<form method=\"post\" action=\"/session\">"), "{}", form.body);
    let cookie = log_in(&door).await;
    let with = [("Cookie", cookie.as_str())];
    for path in ["/", "/metrics", "/report.json"] {
        assert_eq!(door.get(path, &with).await.status, 200, "{path}");
    }
    let again = door.get("/session", &with).await;
    assert_eq!((again.status, again.header("location")), (303, "/"));

    let ended = door.post("/session/end", &with, "").await;
    assert_eq!((ended.status, ended.header("location")), (303, "/session"));
    assert!(ended.header("set-cookie").contains("Max-Age=0"), "{}", ended.whole);
    assert_eq!(door.get("/", &with).await.status, 401);
}

#[tokio::test]
async fn x10_a_session_is_no_leave_for_other_sites() {
    let door = open(guarded(), board::full()).await;
    let cookie = log_in(&door).await;
    let foreign = [("Cookie", cookie.as_str()), ("Origin", "http://evil.example")];
    assert_eq!(door.ask("POST", "/session/end", &foreign, "").await.status, 403);
    assert_eq!(door.get("/", &[("Cookie", &cookie)]).await.status, 200, "it was not ended");
}

#[tokio::test]
async fn a_cookie_that_was_made_up_is_none() {
    let door = open(guarded(), board::full()).await;
    let cookie = log_in(&door).await;
    let shorter = &cookie[..cookie.len() - 1];
    for made_up in ["esc-sync-session=", "esc-sync-session=0", shorter, &cookie.to_uppercase(), "session=1"] {
        assert_eq!(door.get("/", &[("Cookie", made_up)]).await.status, 401, "{made_up}");
    }
}

/// The form is closed to everybody for that minute; a program with the right token is not.
#[tokio::test]
async fn guessing_ends_after_ten_tries() {
    let door = open(guarded(), board::full()).await;
    for wrong in 0..10 {
        let answer = door.post("/session", &[], &format!("token=wrong{wrong}")).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, ""));
        assert!(!answer.whole.contains("wrong0"), "{}", answer.whole);
    }
    let answer = door.post("/session", &[], &format!("token={TOKEN}")).await;
    assert_eq!((answer.status, answer.header("retry-after"), answer.header("set-cookie")), (429, "60", ""));
    assert_eq!(door.get("/", &[("Authorization", &format!("Bearer {TOKEN}"))]).await.status, 200);
}

#[tokio::test]
async fn a_form_that_is_none_is_refused() {
    let door = open(guarded(), board::full()).await;
    for body in ["tokens=a", "token=a&token=b", "%ff=%ff", "{\"token\":1}"] {
        let answer = door.post("/session", &[], body).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (400, ""), "{body}");
    }
    let flood = format!("token={}", "a".repeat(5000));
    assert_eq!(door.post("/session", &[], &flood).await.status, 400);
}
