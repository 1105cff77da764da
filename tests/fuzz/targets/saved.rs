//! What a poller is said to have saved: a byte or two for each member, and the date at which another one finds it.

use appconfig_edge::protocol::{Operation, Token};
use appconfig_edge::session::{Held, Input, Saved};

use super::client::{options, Client};
use super::poller::{recovers, Bytes};

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;
const TOKEN: &str = "AYADeL+/w==0123456789abcdef";

pub(crate) fn check(data: &[u8]) {
    let mut bytes = Bytes(data);
    let flags = bytes.next();
    let flag = |bit: u8| flags >> bit & 1 == 1;
    let mut client = Client::new(options(u64::from(bytes.next())));
    let now = client.now.wall;
    let mut at = || match bytes.next() % 4 {
        0 => now.saturating_sub(bytes.number()),
        1 => now.saturating_add(bytes.number()),
        2 => bytes.pick(&[0, u64::MAX]),
        _ => bytes.number(),
    };
    let (obtained, due, verify_from, refilled_at) = (at(), at(), at(), at());
    let saved = Saved {
        token: Token::new(TOKEN.into()).filter(|_| flag(0)),
        obtained,
        due,
        interval: bytes.number(),
        replayed: flag(1),
        in_use: flag(2),
        yielded: flag(3),
        verify: flag(4),
        rejected: flag(5),
        verify_from,
        sessions_left: u32::try_from(bytes.number()).unwrap_or(u32::MAX),
        refilled_at,
        refill: bytes.number(),
    };
    let held = flag(6).then_some(Held { content_type: None, version_label: None });
    client.begin_anew(Some(saved), held);
    assert!(client.in_flight.is_none() && client.timer.is_none() && client.events.is_empty(), "nobody has asked for anything");

    client.give(Input::Start);
    // Whatever was saved, something happens within a day, and the session that is there is used until its day is over.
    let wait = client.timer.expect("something is due").since(client.now.monotonic);
    assert!(wait <= DAY, "{wait} ms");
    let age = now.saturating_sub(obtained).saturating_add(wait);
    let (operation, token) = client.next_request();
    if operation == Operation::GetLatestConfiguration {
        assert!(flag(0) && token.as_deref() == Some(TOKEN) && age < DAY, "{age} ms");
        assert!(client.saved.as_ref().is_some_and(|it| it.in_use), "a token is sent before that is said");
    } else {
        assert!(!flag(0) || flag(4) || age >= DAY - 20 * MINUTE, "a session that nobody needs");
    }
    recovers(client, 0);
}
