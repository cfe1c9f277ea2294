//! Logins of browsers: a token given once for a random id in a cookie. Kept in memory alone, so a restart ends them.
//!
//! Invariants: what is kept of an id is its digest; there are never more than `SESSIONS`; however many guess at the
//! token, so many guesses a minute are looked at and no more.

use std::{
    collections::VecDeque,
    sync::{Arc, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use maud::{DOCTYPE, html};

use super::{Door, guards};
use crate::{crypto, model::SecretValue};

const COOKIE: &str = "esc-sync-session";
const LIFE: Duration = Duration::from_hours(12);
const SESSIONS: usize = 32;
const GUESSES: usize = 10;
const GUESSED_IN: Duration = Duration::from_mins(1);

/// Who is logged in, and how often that was tried in vain.
#[derive(Default)]
pub(super) struct Sessions {
    /// Digests of ids, and until when they are good; oldest first.
    open: VecDeque<(String, Instant)>,
    guesses: VecDeque<Instant>,
}

impl Sessions {
    /// A new session's id.
    fn begin(&mut self, now: Instant) -> String {
        let id = crypto::random_id(32);
        self.open.retain(|(_, until)| *until > now);
        while self.open.len() >= SESSIONS {
            self.open.pop_front();
        }
        self.open.push_back((crypto::digest_hex(id.as_bytes()), now + LIFE));
        id
    }

    fn holds(&self, id: &str, now: Instant) -> bool {
        let digest = crypto::digest_hex(id.as_bytes());
        self.open.iter().any(|(open, until)| *open == digest && *until > now)
    }

    fn end(&mut self, id: &str) {
        let digest = crypto::digest_hex(id.as_bytes());
        self.open.retain(|(open, _)| *open != digest);
    }

    fn may_guess(&mut self, now: Instant) -> bool {
        self.guesses.retain(|guess| now.saturating_duration_since(*guess) < GUESSED_IN);
        self.guesses.len() < GUESSES
    }

    fn guessed_wrong(&mut self, now: Instant) {
        self.guesses.push_back(now);
    }
}

fn sessions(door: &Door) -> MutexGuard<'_, Sessions> {
    door.sessions.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether one of these cookies is an open session.
pub(super) fn is_open(door: &Door, headers: &HeaderMap, now: Instant) -> bool {
    ids(headers).any(|id| sessions(door).holds(id, now))
}

/// Cookies are shared by all ports of a host, so there may be somebody else's of the same name.
fn ids(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, id)| id).take(8)
}

/// `GET /session`: the form, for whoever needs it.
pub(super) async fn form(State(door): State<Arc<Door>>, headers: HeaderMap) -> Response {
    if door.options.token.is_none() {
        StatusCode::NOT_FOUND.into_response()
    } else if guards::is_known(&door, &headers) {
        Redirect::to("/").into_response()
    } else {
        login("").into_response()
    }
}

/// What the form sends. The buffers it came in are the HTTP library's and are not wiped.
#[derive(serde::Deserialize)]
pub(super) struct Given {
    token: String,
}

/// `POST /session`: a token for a session.
pub(super) async fn begin(State(door): State<Arc<Door>>, given: Result<Form<Given>, FormRejection>) -> Response {
    let Some(digest) = &door.options.token else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(Form(Given { token })) = given else {
        return (StatusCode::BAD_REQUEST, login("The form could not be read.")).into_response();
    };
    let (token, now) = (SecretValue::from(token), Instant::now());
    let mut sessions = sessions(&door);
    if !sessions.may_guess(now) {
        let wait = [(header::RETRY_AFTER, "60")];
        return (StatusCode::TOO_MANY_REQUESTS, wait, login("Too many wrong tokens. Wait a minute.")).into_response();
    }
    if !guards::is_token(digest, &token) {
        sessions.guessed_wrong(now);
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, challenge, login("That is not the token.")).into_response();
    }
    (cookie(&sessions.begin(now), LIFE), Redirect::to("/")).into_response()
}

/// `POST /session/end`.
pub(super) async fn end(State(door): State<Arc<Door>>, headers: HeaderMap) -> Response {
    if door.options.token.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    ids(&headers).for_each(|id| sessions(&door).end(id));
    (cookie("", Duration::ZERO), Redirect::to("/session")).into_response()
}

/// Not `Secure`: a browser would not send it back over plain HTTP, and TLS is a proxy's business.
fn cookie(id: &str, life: Duration) -> [(header::HeaderName, String); 1] {
    let seconds = life.as_secs();
    [(header::SET_COOKIE, format!("{COOKIE}={id}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"))]
}

/// `complaint`: one of our own sentences, or nothing.
fn login(complaint: &'static str) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "esc-sync: log in" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                main class="login" {
                    h1 { "esc-sync" }
                    @if !complaint.is_empty() { p role="alert" { (complaint) } }
                    form method="post" action="/session" {
                        label for="token" { "Token" }
                        input id="token" name="token" type="password" autocomplete="current-password" required autofocus;
                        button type="submit" { "Log in" }
                    }
                }
            }
        }
    };
    Html(page.into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_itself_and_by_request() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let id = sessions.begin(now);
        assert_eq!(id.len(), 64);
        assert!(sessions.holds(&id, now + LIFE - Duration::from_secs(1)));
        assert!(!sessions.holds(&id, now + LIFE));
        assert!(!sessions.holds("", now) && !sessions.holds(&crypto::digest_hex(id.as_bytes()), now));
        sessions.end(&id);
        assert!(!sessions.holds(&id, now));
    }

    #[test]
    fn there_are_so_many_sessions_and_no_more() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let first = sessions.begin(now);
        let later: Vec<_> = (0..SESSIONS).map(|_| sessions.begin(now)).collect();
        assert!(!sessions.holds(&first, now), "the oldest made room");
        assert!(later.iter().all(|id| sessions.holds(id, now)));
        assert_eq!(sessions.open.len(), SESSIONS);
    }

    #[test]
    fn guesses_are_counted_by_the_minute() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        for _ in 0..GUESSES {
            assert!(sessions.may_guess(now));
            sessions.guessed_wrong(now);
        }
        assert!(!sessions.may_guess(now + GUESSED_IN - Duration::from_secs(1)));
        assert!(sessions.may_guess(now + GUESSED_IN));
        assert!(sessions.guesses.is_empty(), "old guesses are forgotten");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; esc-sync-session=one; b=2".parse().expect("a cookie"));
        headers.append(header::COOKIE, "esc-sync-session=two;esc-sync-sessions=three".parse().expect("a cookie"));
        assert_eq!(ids(&headers).collect::<Vec<_>>(), ["one", "two"]);
    }
}
