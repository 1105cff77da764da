//! Points in time as HTTP writes them.

use alloc::format;
use alloc::string::String;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type UnixMilliseconds = u64;

/// The twelve names of RFC 9110, three letters each.
const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
const DAYS: &[u8; 21] = b"ThuFriSatSunMonTueWed";

/// Reads an HTTP date (`Sun, 06 Nov 1994 08:49:37 GMT`, RFC 9110) or an ISO 8601 one in UTC (`1994-11-06T08:49:37Z`),
/// to the second. `None` for anything else, and for years before 1970.
///
/// ```
/// use appconfig_edge::protocol::date;
/// assert_eq!(date::parse("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
/// assert_eq!(date::parse("1994-11-06T08:49:37.123Z"), Some(784_111_777_000));
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<UnixMilliseconds> {
    // Both forms are six numbers in a row, one of them perhaps the name of a month: that is all that is looked at,
    // because fixed columns cost a browser a kilobyte.
    let mut numbers = [0_u32; 7];
    let mut count = 0;
    let mut named = false;
    let bytes = text.as_bytes();
    let mut in_number = false;
    for (at, byte) in bytes.iter().enumerate() {
        if byte.is_ascii_digit() {
            count += usize::from(!in_number);
            let number = numbers.get_mut(count - 1)?;
            *number = number.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
        } else if let Some((month, _)) = (1..).zip(MONTHS.chunks_exact(3)).find(|(_, name)| bytes.get(at..at + 3) == Some(*name)) {
            count += 1;
            *numbers.get_mut(count - 1)? = month;
            named = true;
        }
        in_number = byte.is_ascii_digit();
    }
    let [first, middle, third, hour, minute, second, _] = numbers.map(u64::from);
    // The month has a name in the form that begins with the day, and ends with the zone's name.
    let (year, month, day) = match text {
        _ if named && count == 6 && text.ends_with(" GMT") => (third, middle, first),
        _ if !named && count >= 6 && text.ends_with('Z') => (first, middle, third),
        _ => return None,
    };
    let valid =
        (1970..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    // Days from 0000-03-01, so that the leap day is a year's last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year.saturating_sub(1), month + 9) };
    valid.then(|| {
        let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
        (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000
    })
}

/// Year, month and day of a time.
#[must_use]
pub(crate) fn civil(time: UnixMilliseconds) -> (u64, u64, u64) {
    // The inverse of the formula above, per era of 400 years.
    let z = time / 86_400_000 + 719_468;
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + u64::from(month <= 2), month, day)
}

/// Writes an HTTP date.
///
/// ```
/// assert_eq!(appconfig_edge::protocol::date::format(784_111_777_999), "Sun, 06 Nov 1994 08:49:37 GMT");
/// ```
#[must_use]
pub fn format(time: UnixMilliseconds) -> String {
    let seconds = time / 1000;
    let days = seconds / 86_400;
    let (year, month, day) = civil(time);
    let name = |table: &[u8], at: u64| -> String {
        table.chunks_exact(3).nth(usize::try_from(at).unwrap_or_default()).unwrap_or(b"???").iter().map(|&b| char::from(b)).collect()
    };
    format!(
        "{}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        name(DAYS, days % 7),
        name(MONTHS, month - 1),
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_until_2200_survives_a_round_trip() {
        for day in 0..84_000_u64 {
            let time = (day * 86_400 + day % 86_400) * 1000;
            assert_eq!(parse(&format(time)), Some(time));
        }
    }

    #[test]
    fn the_first_and_last_moments_are_read_and_written() {
        for (text, time) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 29 Feb 1996 23:59:59 GMT", 825_638_399_000),
            ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400_000),
            ("Mon, 01 Mar 2100 12:34:56 GMT", 4_107_587_696_000),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799_000),
        ] {
            assert_eq!((parse(text), format(time).as_str()), (Some(time), text));
        }
        assert_eq!(parse("2016-12-31T23:59:60Z"), Some(1_483_228_800_000), "a leap second is the next one");
        assert_eq!(parse("1994-11-06T08:49:37.123456Z"), Some(784_111_777_000));
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "120",
            "Invalid Date GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nvo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
            "1994-13-06T08:49:37Z",
            "1994-11-06",
            "Sun, 99 Nov 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 1 GMT",
            "Sun, 06 Nov 10000 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 Z",
            "06 11 1994 08:49:37 GMT",
            "1994-00-06T08:49:37Z",
            "1994-11-06T08:49Z",
            "1994-11-06T08:49:37.1.2Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
