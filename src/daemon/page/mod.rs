//! The page: one look answers "can I deploy?". Rendered here, whole, without a script.

use super::board::Board;

/// What is asked of the page, from its query.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    pub tier: String,
    pub service: String,
    pub status: String,
    /// Part of a name.
    pub q: String,
    /// From 1.
    pub page: usize,
}

/// The board as HTML. `now`: seconds since 1970.
pub fn render(board: &Board, query: &Query, now: i64) -> String {
    let _ = (board, query, now);
    String::new()
}

/// The style sheet, served beside it.
pub const STYLE: &str = "";
