//! A listing of several pages: the first, then all others at once.
//!
//! A listing is believed only if every page tells the same total and as many things
//! came as that (failure cases G11, G12). Where pages are is followed from `Link`,
//! which must stay at the store's origin and end (X13).

use futures_util::future::try_join_all;
use serde::{Deserialize, de::DeserializeOwned};

use super::GithubStore;
use crate::{
    http::{Asked, HttpError, Path, Request, Response, Url},
    model::Unread,
    store::answer,
};

/// One page; GitHub names its items after what they are.
#[derive(Deserialize)]
struct Page<T> {
    total_count: u64,
    #[serde(alias = "environments", alias = "repositories", alias = "secrets", alias = "variables")]
    items: Vec<T>,
}

/// What is asked for, page by page.
pub(super) struct Pages<'a> {
    pub(super) operation: &'a str,
    pub(super) path: Path,
    /// The most the service gives: 100, and 30 for variables (oas `per-page`, `variables-per-page`).
    pub(super) per_page: u32,
}

/// All items, or that the pages did not fit together.
pub(super) enum Listed<T> {
    Inconsistent,
    Whole { items: Vec<T>, moved: bool },
}

/// Why a listing ended without items: a status that means something here, or anything else.
pub(super) enum PageError {
    Answer(Box<Response>),
    Unread(Unread),
}

impl From<Unread> for PageError {
    fn from(unread: Unread) -> Self {
        Self::Unread(unread)
    }
}

const MOST_PAGES: u64 = 1_000;

/// Where the other pages are.
enum Others {
    /// All of them, known from `rel="last"`.
    All(Vec<Url>),
    /// The next alone.
    Next(Url),
    None,
}

pub(super) async fn list<T: DeserializeOwned>(store: &GithubStore, pages: &Pages<'_>) -> Result<Listed<T>, PageError> {
    let asked = store.asked(pages.operation);
    let first = Request::get(pages.operation, pages.path.clone()).query("per_page", pages.per_page);
    let response = good(store.send(first.follow_same_origin()).await?)?;
    let Page { total_count: total, mut items } = page::<T>(&response, &asked)?;
    let moved = response.moved();
    match others(store, &response).map_err(|error| error.into_unread(&asked))? {
        Others::None => {}
        // Every page but the last holds something new, so there are no more pages than things.
        Others::All(urls) if urls.len() as u64 >= total.min(MOST_PAGES) => return Ok(Listed::Inconsistent),
        Others::All(urls) => {
            // The bodies are let go as they come, not when the last page is there.
            let read = |url| async { one::<T>(store, pages, url).await.map(|(_, page)| page) };
            for page in try_join_all(urls.into_iter().map(read)).await? {
                if page.total_count != total {
                    return Ok(Listed::Inconsistent);
                }
                items.extend(page.items);
            }
        }
        Others::Next(url) => {
            if !follow(store, pages, url, total, &mut items).await? {
                return Ok(Listed::Inconsistent);
            }
        }
    }
    Ok(if items.len() as u64 == total { Listed::Whole { items, moved } } else { Listed::Inconsistent })
}

/// Goes from page to page; `false` where they do not fit together or do not end.
async fn follow<T: DeserializeOwned>(
    store: &GithubStore,
    pages: &Pages<'_>,
    mut url: Url,
    total: u64,
    items: &mut Vec<T>,
) -> Result<bool, PageError> {
    for _ in 1..MOST_PAGES {
        let (response, page) = one::<T>(store, pages, url).await?;
        if page.total_count != total || page.items.is_empty() || (items.len() + page.items.len()) as u64 > total {
            return Ok(false);
        }
        items.extend(page.items);
        let asked = store.asked(pages.operation);
        match next(store, &response).map_err(|error| error.into_unread(&asked))? {
            Some(another) => url = another,
            None => return Ok(true),
        }
    }
    Ok(false)
}

async fn one<T: DeserializeOwned>(
    store: &GithubStore,
    pages: &Pages<'_>,
    url: Url,
) -> Result<(Response, Page<T>), PageError> {
    let response = good(store.send(Request::get_url(pages.operation, url).follow_same_origin()).await?)?;
    let page = page(&response, &store.asked(pages.operation))?;
    Ok((response, page))
}

fn good(response: Response) -> Result<Response, PageError> {
    if response.is_success() { Ok(response) } else { Err(PageError::Answer(Box::new(response))) }
}

fn page<T: DeserializeOwned>(response: &Response, asked: &Asked<'_>) -> Result<Page<T>, Unread> {
    answer::parse(response.body()).map_err(|fault| answer::bad_answer(asked, &fault.to_string()))
}

fn others(store: &GithubStore, response: &Response) -> Result<Others, HttpError> {
    let Some(next) = next(store, response)? else { return Ok(Others::None) };
    let last = link(response, "last").map(|target| store.base().same_origin(response.url(), target)).transpose()?;
    let numbers = last.as_ref().and_then(page_number).zip(page_number(&next));
    Ok(match numbers {
        // A list of pages longer than any listing can be is cut here and found inconsistent above.
        Some((last, 2)) => Others::All((2..=last.min(MOST_PAGES + 1)).map(|number| with_page(&next, number)).collect()),
        _ => Others::Next(next),
    })
}

fn next(store: &GithubStore, response: &Response) -> Result<Option<Url>, HttpError> {
    link(response, "next").map(|target| store.base().same_origin(response.url(), target)).transpose()
}

/// The target of a relation in the `Link` header: `<url>; rel="next", <url>; rel="last"`.
fn link<'a>(response: &'a Response, relation: &str) -> Option<&'a str> {
    response.header("link")?.split(',').find_map(|part| {
        let (target, parameters) = part.trim().strip_prefix('<')?.split_once('>')?;
        let named = |parameter: &str| {
            parameter.trim().strip_prefix("rel=").is_some_and(|value| value.trim_matches('"') == relation)
        };
        parameters.split(';').any(named).then_some(target)
    })
}

fn page_number(url: &Url) -> Option<u64> {
    url.query_pairs().find(|(name, _)| name == "page")?.1.parse().ok()
}

fn with_page(url: &Url, number: u64) -> Url {
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(name, _)| name != "page").map(|(name, value)| (name.into(), value.into())).collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair("page", &number.to_string());
    url
}
