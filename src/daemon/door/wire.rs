//! Connections: how many there may be, and how long each may take. What is said on them is `routes`' business.
//!
//! Invariant: no visitor holds a place for longer than the limits say, so one slow client delays nobody. When
//! all places are taken a newcomer waits, in the end at the expense of the oldest connection; those that come
//! after wait in the kernel's queue.

use std::{collections::VecDeque, pin::pin, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
    time::{Instant, sleep, sleep_until, timeout},
};

use super::Limits;

/// After an accept that failed, which is mostly for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Of a request's head: the longest there should be is a page's address with a cookie.
const HEAD_BYTES: usize = 16 * 1024;
const HEADERS: usize = 64;

/// Lets visitors in until `stop` is done, then lets what is under way end.
pub(super) async fn attend(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let mut places = Places::default();
    let (here, leaving) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    places.free_one(limits).await;
                    places.take(converse(stream, router.clone(), limits, leaving.clone()));
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = places.tasks.join_next() => {}
        }
    }
    drop(listener);
    drop(here);
    places.empty(limits.farewell).await;
}

/// The connections there are, oldest first.
#[derive(Default)]
struct Places {
    tasks: JoinSet<()>,
    taken: VecDeque<(Instant, AbortHandle)>,
}

impl Places {
    fn take(&mut self, connection: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(connection);
        self.taken.push_back((Instant::now(), task));
    }

    /// Waits until there is a place, or until the oldest connection has had its time.
    async fn free_one(&mut self, limits: Limits) {
        while self.tasks.try_join_next().is_some() {}
        self.taken.retain(|(_, task)| !task.is_finished());
        while self.tasks.len() >= limits.connections {
            let due = self.taken.front().map_or_else(Instant::now, |(since, _)| *since + limits.patience);
            tokio::select! {
                _ = self.tasks.join_next() => {}
                () = sleep_until(due) => self.end_oldest().await,
            }
        }
    }

    /// Waits until it is gone, so that one newcomer costs one connection and not all that are old.
    async fn end_oldest(&mut self) {
        if let Some((_, task)) = self.taken.pop_front() {
            task.abort();
        }
        self.tasks.join_next().await;
    }

    /// Every connection ends by itself within that time; what does not is cut.
    async fn empty(&mut self, farewell: Duration) {
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout(farewell, all_ended).await;
        self.tasks.shutdown().await;
    }
}

/// One connection, from its first request to its last.
async fn converse(stream: TcpStream, router: Router, limits: Limits, mut leaving: watch::Receiver<()>) {
    // Answers are written whole, so there is nothing to gather; if it cannot be set they come a little later.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_BYTES)
        .max_header_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = leaving.changed() => {}
        () = sleep(limits.life) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits.farewell, connection).await;
}
