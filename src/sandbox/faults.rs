//! What can be made to go wrong, where, and how often.
//!
//! A fault is data: which requests it meets, how many it lets pass first, how many it
//! hits, and what it does to them. What it does to an answer stands in `effect`; waiting,
//! hanging and breaking connections are the server's.

mod effect;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::message::SandboxRequest;

pub(super) use effect::{Shaped, shape};

/// One thing to go wrong.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fault {
    #[serde(default, rename = "match")]
    pub matches: FaultMatch,
    /// Matching requests that pass unharmed first.
    #[serde(default)]
    pub skip: u64,
    #[serde(default)]
    pub times: Times,
    pub effect: Effect,
}

/// Which requests are meant; what is not given matches everything.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FaultMatch {
    pub method: Option<String>,
    /// With `*` or `?`: a glob over the path, or over path and query. Else: a part of path and query.
    pub path: Option<String>,
    /// `esc`, `github`, `lambda`, `oidc` or `services`.
    pub store: Option<String>,
}

/// How many requests are hit.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "serde_json::Value", into = "serde_json::Value")]
pub enum Times {
    Forever,
    Exactly(u64),
}

/// What happens to a request that is hit.
///
/// "Not applied" means that the emulated service never sees the request.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", deny_unknown_fields, rename_all = "kebab-case")]
pub enum Effect {
    /// A made-up answer; not applied. With status 200 and any body it is the proxy that answers for the service.
    Answer {
        status: u16,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        #[serde(default)]
        body: String,
    },
    /// The true answer, later. Faults after this one still apply.
    Delay { ms: u64 },
    /// No answer, ever.
    Hang {
        #[serde(default)]
        applied: bool,
    },
    /// The connection is reset instead of an answer. With `applied` the acknowledgement is lost, not the request.
    Reset {
        #[serde(default)]
        applied: bool,
    },
    /// The true answer's length, its first bytes, and a closed connection.
    Truncate { bytes: usize },
    /// The true answer, so many bytes at a time.
    Drip { bytes: usize, interval_ms: u64 },
    /// The true answer under a false length.
    ContentLength { value: u64 },
    /// An answer of so many zeros; not applied.
    Oversize { bytes: u64 },
    /// A small gzip body that unpacks to so many zeros; not applied.
    GzipBomb { bytes: u64 },
    /// An answer that points elsewhere; not applied.
    Redirect {
        #[serde(default = "found")]
        status: u16,
        location: String,
    },
    /// The true answer, with the links in its `Link` header moved to another origin.
    Relink { origin: String },
    /// The true answer with headers set (a text) or taken away (`null`).
    Headers { set: BTreeMap<String, Option<String>> },
    /// A list's page without its last `drop` items, with its first `repeat` items twice, or another page than the one asked for.
    Page {
        #[serde(default)]
        drop: usize,
        #[serde(default)]
        repeat: usize,
        serve: Option<u32>,
    },
    /// A list that lies about how many there are.
    TotalCount { value: u64 },
}

fn found() -> u16 {
    302
}

impl Default for Times {
    fn default() -> Self {
        Self::Exactly(1)
    }
}

impl TryFrom<serde_json::Value> for Times {
    type Error = String;

    fn try_from(value: serde_json::Value) -> Result<Self, String> {
        match (value.as_u64(), value.as_str()) {
            (Some(count), _) => Ok(Self::Exactly(count)),
            (_, Some("forever")) => Ok(Self::Forever),
            _ => Err("`times` is a number or \"forever\"".to_owned()),
        }
    }
}

impl From<Times> for serde_json::Value {
    fn from(times: Times) -> Self {
        match times {
            Times::Forever => "forever".into(),
            Times::Exactly(count) => count.into(),
        }
    }
}

impl Fault {
    /// A fault that hits the next request, whichever it is.
    pub fn new(effect: Effect) -> Self {
        Self { matches: FaultMatch::default(), skip: 0, times: Times::default(), effect }
    }

    /// An answer with this status and GitHub's or ESC's way of saying `message`.
    pub fn status(status: u16, message: &str) -> Self {
        let body = serde_json::json!({ "code": status, "message": message }).to_string();
        let headers = [("content-type".to_owned(), "application/json; charset=utf-8".to_owned())].into();
        Self::new(Effect::Answer { status, headers, body })
    }

    /// Adds a header to a made-up answer.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Effect::Answer { headers, .. } = &mut self.effect {
            headers.insert(name.to_owned(), value.to_owned());
        }
        self
    }

    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.matches.method = Some(method.to_owned());
        self.at(path)
    }

    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.matches.path = Some(path.to_owned());
        self
    }

    #[must_use]
    pub fn store(mut self, store: &str) -> Self {
        self.matches.store = Some(store.to_owned());
        self
    }

    #[must_use]
    pub fn skip(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.times = Times::Exactly(count);
        self
    }

    #[must_use]
    pub fn forever(mut self) -> Self {
        self.times = Times::Forever;
        self
    }

    fn is_spent(&self) -> bool {
        self.times == Times::Exactly(0)
    }

    /// Counts a matching request and tells whether it is hit.
    fn count(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Times::Exactly(left) = &mut self.times {
            *left = left.saturating_sub(1);
        }
        true
    }
}

impl FaultMatch {
    fn meets(&self, request: &SandboxRequest, target: &str, store: &str) -> bool {
        self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
            && self.store.as_deref().is_none_or(|wanted| wanted == store)
            && self.path.as_deref().is_none_or(|pattern| path_meets(pattern, &request.path, target))
    }

    /// A pattern that is no glob would silently match nothing.
    pub(super) fn check(&self) -> Result<(), String> {
        match &self.path {
            Some(pattern) if pattern.contains(['*', '?']) => {
                globset::Glob::new(pattern).map(|_| ()).map_err(|_| "`path` is not a glob".to_owned())
            }
            _ => Ok(()),
        }
    }
}

fn path_meets(pattern: &str, path: &str, target: &str) -> bool {
    if target.contains(pattern) {
        return true;
    }
    pattern.contains(['*', '?'])
        && globset::Glob::new(pattern).is_ok_and(|glob| {
            let matcher = glob.compile_matcher();
            matcher.is_match(path) || matcher.is_match(target)
        })
}

/// The faults in force, in the order in which they were given.
#[derive(Debug, Default)]
pub(super) struct FaultList(Vec<Fault>);

/// What the faults make of one request.
#[derive(Debug, Default)]
pub(super) struct Hit {
    pub(super) delay_ms: u64,
    pub(super) effect: Option<Effect>,
}

impl FaultList {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn all(&self) -> &[Fault] {
        &self.0
    }

    /// Delays add up until the first other effect, which ends the search.
    pub(super) fn hit(&mut self, request: &SandboxRequest, target: &str, store: &str) -> Hit {
        let mut hit = Hit::default();
        for fault in &mut self.0 {
            if fault.is_spent() || !fault.matches.meets(request, target, store) || !fault.count() {
                continue;
            }
            if let Effect::Delay { ms } = fault.effect {
                hit.delay_ms = hit.delay_ms.saturating_add(ms);
            } else {
                hit.effect = Some(fault.effect.clone());
                break;
            }
        }
        self.0.retain(|fault| !fault.is_spent());
        hit
    }
}

impl Effect {
    /// Whether the emulated service gets to see the request.
    pub(super) fn applies(&self) -> bool {
        match self {
            Self::Answer { .. } | Self::GzipBomb { .. } | Self::Oversize { .. } | Self::Redirect { .. } => false,
            Self::Hang { applied } | Self::Reset { applied } => *applied,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str) -> SandboxRequest {
        SandboxRequest { method: method.into(), path: path.into(), ..SandboxRequest::default() }
    }

    fn hits(list: &mut FaultList, method: &str, target: &str) -> bool {
        let path = target.split('?').next().unwrap_or_default();
        list.hit(&request(method, path), target, "github").effect.is_some()
    }

    #[test]
    fn a_fault_skips_then_hits_then_is_gone() {
        let mut list = FaultList::default();
        list.add(Fault::status(500, "x").on("PUT", "/orgs/*/actions/secrets/*").skip(1).times(2));
        let put = "/orgs/acme/actions/secrets/A";
        assert!(!hits(&mut list, "GET", put));
        assert!(!hits(&mut list, "PUT", "/repos/a/b"));
        let seen: Vec<bool> = (0..4).map(|_| hits(&mut list, "PUT", put)).collect();
        assert_eq!(seen, [false, true, true, false]);
        assert!(list.all().is_empty());
    }

    #[test]
    fn a_page_can_be_meant_and_delays_add_up() {
        let mut list = FaultList::default();
        list.add(Fault::new(Effect::Delay { ms: 5 }).forever());
        list.add(Fault::new(Effect::Delay { ms: 7 }).at("page=2").forever());
        list.add(Fault::new(Effect::Hang { applied: false }).store("esc").forever());
        let hit = list.hit(&request("GET", "/x"), "/x?per_page=9&page=2", "github");
        assert_eq!((hit.delay_ms, hit.effect.is_none()), (12, true));
        assert!(list.hit(&request("GET", "/x"), "/x", "esc").effect.is_some());
    }

    #[test]
    fn faults_are_read_strictly() {
        let read = |text: &str| serde_json::from_str::<Fault>(text);
        let fault = read(r#"{"match":{"path":"/x"},"times":"forever","effect":{"kind":"answer","status":503}}"#);
        assert_eq!(fault.expect("legal").times, Times::Forever);
        for text in [
            r#"{"effect":{"kind":"explode"}}"#,
            r#"{"effect":{"kind":"hang"},"tmes":2}"#,
            r#"{"effect":{"kind":"hang"},"times":"often"}"#,
            r#"{"match":{"pth":"/x"},"effect":{"kind":"hang"}}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
