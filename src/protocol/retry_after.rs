//! How long an answer asks to wait: `Retry-After` (seconds, or a date) and `x-amz-retry-after` (milliseconds).

use super::date::{self, UnixMilliseconds};

/// The longest wait that is honoured, in milliseconds: a header must not switch a client off for a day.
pub const MAXIMUM_MILLISECONDS: u64 = 300_000;

/// The wait in milliseconds that the two headers ask for, at most five minutes; `None` where neither can be read.
/// A date that is past asks for nothing. Where both can be read, the longer wait counts.
///
/// ```
/// use appconfig_edge::protocol::retry_after::wait;
/// assert_eq!(wait(Some("120"), None, 0), Some(120_000));
/// assert_eq!(wait(None, Some("1500"), 0), Some(1500));
/// assert_eq!(wait(Some("99999999999"), None, 0), Some(300_000));
/// assert_eq!(wait(Some("-1"), None, 0), None);
/// ```
#[must_use]
pub fn wait(retry_after: Option<&str>, x_amz_retry_after: Option<&str>, now: UnixMilliseconds) -> Option<u64> {
    let seconds = retry_after.and_then(|value| {
        // A header that was sent twice arrives joined by commas, and so does a date's own comma: the last readable wins.
        date::parse(value).map(|at| at.saturating_sub(now)).or_else(|| number(value.rsplit(',').next()?).map(|s| s.saturating_mul(1000)))
    });
    let milliseconds = x_amz_retry_after.and_then(number);
    seconds.max(milliseconds).map(|wait| wait.min(MAXIMUM_MILLISECONDS))
}

/// A whole number without a sign; too many digits mean "very long", not "unreadable".
fn number(text: &str) -> Option<u64> {
    let text = text.trim_matches(' ');
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}
