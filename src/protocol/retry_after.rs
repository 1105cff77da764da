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
        // The host of the browser's module has done with dates what its own parser does.
        let date = if cfg!(feature = "bare") { None } else { date::parse(value) };
        date.map(|at| at.saturating_sub(now)).or_else(|| number(value).map(|seconds| seconds * 1000))
    });
    let milliseconds = x_amz_retry_after.and_then(number);
    seconds.max(milliseconds).map(|wait| wait.min(MAXIMUM_MILLISECONDS))
}

/// A whole number without a sign, the last of a list; too many digits mean "very long", not "unreadable".
fn number(text: &str) -> Option<u64> {
    // By hand, because a browser pays half a kilobyte for `split`, `trim` and `parse`.
    let (mut sum, mut readable) = (None, true);
    for byte in text.bytes() {
        match byte {
            b',' => (sum, readable) = (None, true),
            b' ' => {}
            b'0'..=b'9' => sum = Some(sum.unwrap_or(0_u32).saturating_mul(10).saturating_add(u32::from(byte - b'0'))),
            _ => readable = false,
        }
    }
    sum.filter(|_| readable).map(u64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_list_counts() {
        assert_eq!(wait(Some("Tue, 17 Mar 2026 17:38:54 GMT, 45"), None, 0), Some(45_000));
        assert_eq!(wait(Some("45, soon"), None, 0), None);
        assert_eq!(wait(Some("-1"), Some("abc"), 0), None);
        assert_eq!(wait(Some("99999999999999999999999"), None, 0), Some(300_000));
        assert_eq!(wait(Some("10"), Some("9999"), 0), Some(10_000));
    }
}
