//! Every request to GitHub on its way: login, headers, and what its end proves.

use super::GithubStore;
use crate::{
    http::{self, HttpError, Request, Response},
    model::Unread,
};

/// The end of a request: its answer, and whether an attempt without a good one may have been carried out.
pub(super) struct Delivery {
    pub(super) answer: Result<Response, Unread>,
    pub(super) doubtful: bool,
    /// It points elsewhere, and that was not followed.
    pub(super) redirected: bool,
}

impl Delivery {
    /// There was nothing to send.
    fn unsent(unread: Unread) -> Self {
        Self { answer: Err(unread), doubtful: false, redirected: false }
    }
}

impl GithubStore {
    /// Sends with the login; an App's is renewed once when it is not accepted any more (failure case G5).
    pub(super) async fn send(&self, request: Request) -> Result<Response, Unread> {
        self.deliver(request).await.answer
    }

    pub(super) async fn deliver(&self, request: Request) -> Delivery {
        let mut request = with_headers(request);
        let (credential, generation) = match self.login.credential(&self.endpoint, None).await {
            Ok(held) => held,
            Err(unread) => return Delivery::unsent(unread),
        };
        request.authorize(&credential);
        let first = self.exchange(&request).await;
        let is_refused = first.answer.as_ref().is_ok_and(|response| response.status() == 401);
        if !is_refused || generation.is_none() {
            return first;
        }
        let doubtful = first.doubtful;
        match self.login.credential(&self.endpoint, generation).await {
            Ok((credential, _)) => request.authorize(&credential),
            Err(unread) => return Delivery { doubtful, ..Delivery::unsent(unread) },
        }
        let second = self.exchange(&request).await;
        Delivery { doubtful: doubtful || second.doubtful, ..second }
    }

    async fn exchange(&self, request: &Request) -> Delivery {
        let http::Delivery { answer, doubtful } = self.endpoint.deliver(request).await;
        if let Ok(response) = &answer {
            self.note_date(response);
            self.note_limit(response);
        }
        let redirected = matches!(answer, Err(HttpError::Redirected { .. }));
        let answer = answer.map_err(|error| error.into_unread(&self.asked(request.operation())));
        Delivery { answer, doubtful, redirected }
    }
}

/// The headers GitHub asks for (docs, getting started with the REST API).
pub(super) fn with_headers(request: Request) -> Request {
    request.header("accept", "application/vnd.github+json").header("x-github-api-version", "2022-11-28")
}
