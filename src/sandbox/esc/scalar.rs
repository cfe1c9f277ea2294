//! The type of a plain scalar, as go-yaml v3 resolves it (`resolve.go`), and the
//! canonical text of its number.
//!
//! Quoted and block scalars are texts and never come here. Timestamps are texts for
//! ESC; they matter only to the encoder, which quotes them.

/// What a plain scalar is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Plain {
    Bool(bool),
    Null,
    /// Canonical text: `007` is 7, `1e3` is 1000.
    Number(String),
    Text,
    /// A text for ESC, a date for the encoder.
    Timestamp,
}

pub(super) fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Plain::Number("NaN".into()),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Plain::Number("+Inf".into()),
        "-.inf" | "-.Inf" | "-.INF" => return Plain::Number("-Inf".into()),
        _ => {}
    }
    match text.as_bytes()[0] {
        b'.' => float(text).map_or(Plain::Text, Plain::Number),
        b'0'..=b'9' | b'+' | b'-' => numeric(text),
        _ => Plain::Text,
    }
}

fn numeric(text: &str) -> Plain {
    if is_timestamp(text) {
        return Plain::Timestamp;
    }
    let plain = text.replace('_', "");
    if let Some(number) = integer(&plain) {
        return Plain::Number(number);
    }
    float(&plain).map_or(Plain::Text, Plain::Number)
}

/// Go's `ParseInt(text, 0, 64)`, then `ParseUint`.
fn integer(plain: &str) -> Option<String> {
    let (negative, digits) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain),
    };
    let prefix = digits.get(..2).map(str::to_ascii_lowercase);
    let (radix, digits) = match prefix.as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|digit: char| digit.is_ascii_hexdigit()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match (negative, magnitude) {
        (false, number) => Some(number.to_string()),
        (true, number) if number <= i64::MIN.unsigned_abs() => Some((-i128::from(number)).to_string()),
        _ => None,
    }
}

/// go-yaml's float pattern, then Go's shortest `%g` form.
fn float(plain: &str) -> Option<String> {
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(plain);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let legal_exponent = exponent.is_none_or(|text| {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        !unsigned.is_empty() && digits(unsigned)
    });
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) || !legal_exponent {
        return None;
    }
    let number: f64 = plain.parse().ok()?;
    number.is_finite().then(|| shortest(number))
}

/// `strconv.FormatFloat(number, 'g', -1, 64)`: exponent form below 1e-4 and from 1e21.
fn shortest(number: f64) -> String {
    let magnitude = number.abs();
    if magnitude != 0.0 && !(1e-4..1e21).contains(&magnitude) {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    format!("{number}")
}

/// `2006-1-2`, optionally with a time after `T`, `t` or a blank.
fn is_timestamp(text: &str) -> bool {
    let Some((date, time)) =
        text.split_once(['T', 't', ' ']).map_or(Some((text, None)), |(date, time)| Some((date, Some(time))))
    else {
        return false;
    };
    let mut parts = date.split('-');
    let number = |part: Option<&str>, lengths: std::ops::RangeInclusive<usize>| {
        let part = part?;
        (lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())?
    };
    let (year, month, day) = (number(parts.next(), 4..=4), number(parts.next(), 1..=2), number(parts.next(), 1..=2));
    let (Some(_), Some(1..=12), Some(1..=31), None) = (year, month, day, parts.next()) else {
        return false;
    };
    time.is_none_or(|time| {
        let mut clock = time.splitn(3, ':');
        number(clock.next(), 1..=2).is_some_and(|hour| hour < 24)
            && number(clock.next(), 1..=2).is_some_and(|minute| minute < 60)
            && clock.next().is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_types_that_go_yaml_gives_them() {
        let number = |text: &str| Plain::Number(text.into());
        let cases = [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("true", Plain::Bool(true)),
            ("FALSE", Plain::Bool(false)),
            ("yes", Plain::Text),
            ("on", Plain::Text),
            ("007", number("7")),
            ("012", number("10")),
            ("08", number("8")),
            ("0o17", number("15")),
            ("0x1f", number("31")),
            ("0b101", number("5")),
            ("-12", number("-12")),
            ("1_000", number("1000")),
            ("18446744073709551615", number("18446744073709551615")),
            ("1e3", number("1000")),
            ("1.50", number("1.5")),
            (".5", number("0.5")),
            ("1e21", number("1e+21")),
            ("0.00001", number("1e-05")),
            ("1.2.3", Plain::Text),
            ("1e", Plain::Text),
            ("-", Plain::Text),
            ("0x", Plain::Text),
            ("2026-01-01", Plain::Timestamp),
            ("2026-01-01T00:00:00Z", Plain::Timestamp),
            ("2026-13-01", Plain::Text),
            ("192.0.2.1", Plain::Text),
            ("<<", Plain::Text),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text), expected, "{text:?}");
        }
    }
}
