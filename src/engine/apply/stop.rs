//! The wish to end early: asked once, seen by everybody (failure case C3).

use std::sync::Arc;

use tokio::sync::watch;

/// A flag that goes up and stays up. Copies share it.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// From now on nothing new is to be started.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    pub fn asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once the wish was spoken.
    pub async fn wait(&self) {
        let mut seen = self.0.subscribe();
        // The sender lives as long as this flag, so that waiting cannot fail.
        let _ = seen.wait_for(|asked| *asked).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn c3_all_copies_see_the_wish_also_who_comes_late() {
        let stop = Stop::new();
        let copy = stop.clone();
        assert!(!copy.asked());
        let waiting = tokio::spawn(async move { copy.wait().await });
        stop.ask();
        waiting.await.expect("seen");
        assert!(stop.asked());
        stop.wait().await;
    }
}
