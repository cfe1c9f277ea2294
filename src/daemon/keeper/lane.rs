//! One piece of work at a time, waited for beside others.

use std::future::pending;

use futures_util::future::BoxFuture;

pub(super) struct Lane<T>(Option<BoxFuture<'static, T>>);

impl<T> Default for Lane<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Lane<T> {
    pub(super) fn is_free(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn begin(&mut self, work: impl Future<Output = T> + Send + 'static) {
        self.0 = Some(Box::pin(work));
    }

    /// Waits for the end of what is under way, for ever if nothing is. Nothing is lost when the waiting is given up.
    pub(super) async fn end(&mut self) -> T {
        let Some(work) = &mut self.0 else { return pending().await };
        let end = work.await;
        self.0 = None;
        end
    }

    /// Gives up what is under way.
    pub(super) fn clear(&mut self) {
        self.0 = None;
    }
}
