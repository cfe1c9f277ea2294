//! The secrets handed to the Actions job in which we run.
//!
//! They come in one of these ways, the first that is set winning:
//! - `ESC_SYNC_GITHUB_SECRETS_FD`: the number of an open descriptor that holds the JSON object;
//! - `ESC_SYNC_GITHUB_SECRETS`: the object itself, `${{ toJSON(secrets) }}`;
//! - `ESC_SYNC_GITHUB_SECRETS_1`, `_2`, …: the same object in parts, joined in order, since
//!   Linux allows 128 KiB in one variable;
//! - `ESC_SYNC_GITHUB_SECRET_<NAME>`: single values, one variable each. An empty one means
//!   that the job has no such secret: Actions gives `''` for both. Only this way is not
//!   complete: of a name without a variable nothing is known.
//!
//! A message about any of them names variable, line and column, never text.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    io::Read as _,
};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::{Env, answer::JsonFault};
use crate::model::{Cause, JobSnapshot, SecretName, SecretValue, Unread};

const WHOLE: &str = "ESC_SYNC_GITHUB_SECRETS";
const DESCRIPTOR: &str = "ESC_SYNC_GITHUB_SECRETS_FD";
const SINGLE: &str = "ESC_SYNC_GITHUB_SECRET_";
const LIMIT: u64 = 32 * 1024 * 1024;

/// Why the job's secrets could not be read.
#[derive(Debug, thiserror::Error)]
enum JobError {
    #[error("{WHOLE}_{missing} is missing, but {WHOLE}_{later} is there")]
    Gap { missing: usize, later: usize },
    #[error("{DESCRIPTOR} does not hold the number of a readable descriptor")]
    Descriptor,
    #[error("{from} holds no object of strings: {fault}")]
    Json { from: &'static str, fault: JsonFault },
    #[error("the descriptor of {DESCRIPTOR} gives more than 32 MB")]
    TooLarge,
}

/// Reads what the job was given; `None` if it was given nothing. `names` are the ones
/// whose single variables are looked up.
pub fn read<'a>(env: Env<'_>, names: impl Iterator<Item = &'a SecretName>) -> Result<Option<JobSnapshot>, Unread> {
    let whole = whole(env).map_err(|error| unread(&error))?;
    let (values, partial) = match whole {
        Some(values) => (values, false),
        None => (single(env, names), true),
    };
    if values.is_empty() && partial {
        return Ok(None);
    }
    let repository = env("GITHUB_REPOSITORY").and_then(|text| text.parse().ok());
    let run = env("GITHUB_RUN_ID").and_then(|text| text.parse().ok());
    Ok(Some(JobSnapshot { values, repository, partial, run, queued: None }))
}

fn whole(env: Env<'_>) -> Result<Option<BTreeMap<SecretName, SecretValue>>, JobError> {
    let (from, text) = if let Some(number) = filled(env, DESCRIPTOR) {
        (DESCRIPTOR, from_descriptor(&number)?)
    } else if let Some(text) = filled(env, WHOLE) {
        (WHOLE, Zeroizing::new(text.as_bytes().to_vec()))
    } else if let Some(text) = joined(env)? {
        ("the variables ESC_SYNC_GITHUB_SECRETS_1 and following, joined,", text)
    } else {
        return Ok(None);
    };
    parse(&text).map(Some).map_err(|fault| JobError::Json { from, fault })
}

fn filled(env: Env<'_>, name: &str) -> Option<Zeroizing<String>> {
    env(name).map(Zeroizing::new).filter(|text| !text.trim().is_empty())
}

/// Joins the numbered parts. One part beyond a missing one shows that some were lost.
fn joined(env: Env<'_>) -> Result<Option<Zeroizing<Vec<u8>>>, JobError> {
    const LOOK_AHEAD: usize = 64;
    let part = |number: usize| env(&format!("{WHOLE}_{number}")).map(Zeroizing::new).filter(|text| !text.is_empty());
    let mut parts = Vec::new();
    while let Some(text) = part(parts.len() + 1) {
        parts.push(text);
    }
    let missing = parts.len() + 1;
    if let Some(later) = (missing + 1..=missing + LOOK_AHEAD).find(|number| part(*number).is_some()) {
        return Err(JobError::Gap { missing, later });
    }
    if parts.is_empty() {
        return Ok(None);
    }
    let mut text = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    parts.iter().for_each(|part| text.extend_from_slice(part.as_bytes()));
    Ok(Some(text))
}

fn from_descriptor(number: &str) -> Result<Zeroizing<Vec<u8>>, JobError> {
    let number: u32 = number.trim().parse().map_err(|_| JobError::Descriptor)?;
    let file = std::fs::File::open(format!("/dev/fd/{number}")).map_err(|_| JobError::Descriptor)?;
    let mut text = Zeroizing::new(Vec::new());
    file.take(LIMIT + 1).read_to_end(&mut text).map_err(|_| JobError::Descriptor)?;
    if text.len() as u64 > LIMIT { Err(JobError::TooLarge) } else { Ok(text) }
}

fn single<'a>(env: Env<'_>, names: impl Iterator<Item = &'a SecretName>) -> BTreeMap<SecretName, SecretValue> {
    names
        .filter_map(|name| Some((name.clone(), env(&format!("{SINGLE}{name}")).filter(|text| !text.is_empty())?)))
        .map(|(name, text)| (name, SecretValue::from(text)))
        .collect()
}

/// `toJSON(secrets)`: all secrets the job sees and `github_token` in lower case (docs, contexts reference).
fn parse(text: &[u8]) -> Result<BTreeMap<SecretName, SecretValue>, JsonFault> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let values = deserializer.deserialize_map(SecretsVisitor)?;
    deserializer.end()?;
    Ok(values)
}

struct SecretsVisitor;
struct TextSeed;

impl<'de> Visitor<'de> for SecretsVisitor {
    type Value = BTreeMap<SecretName, SecretValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut values = BTreeMap::new();
        while let Some(key) = fields.next_key::<String>()? {
            // A reusable workflow may declare names no store can hold; nothing can be mapped to them.
            // `github_token`, in whatever case, is among the names GitHub keeps for itself.
            let Ok(name) = SecretName::parse(&key) else {
                fields.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = fields.next_value_seed(TextSeed)?;
            match values.entry(name) {
                Entry::Occupied(_) => return Err(A::Error::custom("a name is there twice")),
                Entry::Vacant(slot) => slot.insert(value),
            };
        }
        Ok(values)
    }
}

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = SecretValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<SecretValue, D::Error> {
        super::answer::secret_text(deserializer)
    }
}

fn unread(error: &JobError) -> Unread {
    Unread {
        cause: Cause::BadAnswer,
        what: format!("could not read the secrets of this job: {error}"),
        help: format!("pass them in the workflow's env: as {WHOLE}: ${{{{ toJSON(secrets) }}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(variables: &[(&str, &str)], names: &[&str]) -> Result<Option<JobSnapshot>, Unread> {
        let variables: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let names: Vec<SecretName> = names.iter().map(|name| SecretName::parse(name).expect("legal")).collect();
        read(&|name| variables.get(name).cloned(), names.iter())
    }

    fn shown(job: &JobSnapshot) -> Vec<(&str, &str)> {
        let values = job.values.iter();
        values.map(|(name, value)| (name.as_str(), value.expose_text().expect("text"))).collect()
    }

    #[test]
    fn the_whole_object_is_read_without_the_jobs_own_token() {
        let text = r#"{"github_token":"ghs_x","GitHub_Token":"y","Api_Key":"a\nb","EMPTY":"","access-token":"z"}"#;
        let job = job(&[(WHOLE, text), ("GITHUB_REPOSITORY", "Acme/App")], &[]).expect("read").expect("given");
        assert_eq!(shown(&job), [("API_KEY", "a\nb"), ("EMPTY", "")]);
        assert!(!job.partial);
        assert_eq!(job.repository.expect("given").to_string(), "acme/app");
    }

    #[test]
    fn parts_are_joined_in_order_and_a_gap_is_an_error() {
        let part = |n: usize| format!("{WHOLE}_{n}");
        let (one, two, four) = (part(1), part(2), part(4));
        let whole = job(&[(&one, r#"{"A":"1","#), (&two, r#""B":"2"}"#)], &[]).expect("read").expect("given");
        assert_eq!(shown(&whole), [("A", "1"), ("B", "2")]);
        let gap = job(&[(&one, r#"{"A":"1","#), (&two, r#""B":"2","#), (&four, r#""D":"4"}"#)], &[]).expect_err("gap");
        assert!(gap.what.contains("ESC_SYNC_GITHUB_SECRETS_3 is missing"), "{}", gap.what);
        assert!(job(&[(&two, "{}")], &[]).is_err());
    }

    #[test]
    fn single_variables_are_no_complete_list() {
        let given = [("ESC_SYNC_GITHUB_SECRET_A", "1"), ("ESC_SYNC_GITHUB_SECRET_B", "")];
        let job = job(&given, &["A", "B", "C"]).expect("read").expect("given");
        assert_eq!(shown(&job), [("A", "1")]);
        assert!(job.partial);
    }

    #[test]
    fn outside_a_job_there_is_none() {
        assert!(job(&[(WHOLE, "  ")], &["A"]).expect("nothing").is_none());
    }

    #[test]
    fn what_cannot_be_read_is_never_quoted() {
        let canary = "canary-4711";
        let texts = [
            format!(r#"{{"A":"{canary}"#),
            format!(r#"{{"A":{canary}}}"#),
            format!(r#"{{"A":["{canary}"]}}"#),
            format!(r#"{{"A":{{"{canary}":1}}}}"#),
            format!(r#"["{canary}"]"#),
            format!(r#""{canary}""#),
            format!(r#"{{"A":"{canary}","a":"{canary}"}}"#),
            format!(r#"{{"A":"x"}} {canary}"#),
            r#"{"A":4711}"#.to_owned(),
            "null".to_owned(),
        ];
        for text in texts {
            let unread = job(&[(WHOLE, &text)], &[]).expect_err(&text);
            assert_eq!(unread.cause, Cause::BadAnswer);
            let said = format!("{unread:?} {unread}");
            assert!(said.contains("line 1 column") && !said.contains("4711"), "{said}");
        }
    }

    #[test]
    fn a_descriptor_is_read_and_a_wrong_one_refused() {
        use std::{io::Write as _, os::fd::AsRawFd as _};
        let (reader, mut writer) = std::io::pipe().expect("pipe");
        writer.write_all(br#"{"A":"1"}"#).expect("written");
        drop(writer);
        let number = reader.as_raw_fd().to_string();
        let job_of = |number: &str| job(&[(DESCRIPTOR, number)], &[]);
        assert_eq!(shown(&job_of(&number).expect("read").expect("given")), [("A", "1")]);
        assert!(job_of("../../etc/passwd").is_err() && job_of("99999").is_err() && job_of("-1").is_err());
    }
}
