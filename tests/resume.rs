//! What outlives a poller, and what a loop does while nobody looks, one situation after the other.

#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)] // tests/session.rs uses the rest
#[path = "session/scenario.rs"]
mod scenario;

use appconfig_edge::protocol::response::Body;
use appconfig_edge::protocol::Token;
use appconfig_edge::session::{Code, Event, Failure, Held, Input, Instant, Now, Output, Saved, Status};
use scenario::{configuration, exception, problem, session, success, unchanged, Scenario, DAY, HOUR, POLL, SECOND, START};

const MINUTE: u64 = 60 * SECOND;

fn held() -> Held {
    Held { content_type: Some("application/json".into()), version_label: None }
}

/// Another poller, `later` by the date, on a clock that begins anew, which is given what the first one saved.
fn next(before: &Scenario, later: u64) -> Scenario {
    let mut it = Scenario::new();
    (it.monotonic, it.wall) = (500, before.wall + later);
    it.give(Input::Resume(before.saved.clone(), Some(held())));
    it
}

#[test]
fn a_saved_token_is_polled_with_when_it_is_due_and_the_configuration_is_stale_until_then() {
    let mut first = Scenario::ready("t1", 60);
    let due = first.timer.unwrap() - first.monotonic;
    first.pass(20 * SECOND).give(Input::Stop);
    let mut it = next(&first, 10 * SECOND);
    assert_eq!(it.start().told(), []);
    assert_eq!(it.poller.status(), Status::Stale);
    assert_eq!(it.wait(), due - 30 * SECOND);
    assert_eq!(it.asks(), (POLL, "t1"));
    it.answer(unchanged("t2", 60));
    assert_eq!((it.told(), it.poller.status()), (vec![Event::Unchanged], Status::Ready));
}

#[test]
fn who_goes_on_with_a_token_says_so_before_it_is_sent() {
    let mut first = Scenario::ready("t1", 60);
    assert!(first.saved.as_ref().unwrap().in_use, "it is polled with when it is due");
    first.give(Input::Stop);
    assert!(!first.saved.as_ref().unwrap().in_use);
    let mut it = next(&first, HOUR);
    let now = Now { monotonic: Instant::from_milliseconds(it.monotonic), wall: it.wall };
    it.poller.handle_input(now, Input::Start);
    // Once, and before the request.
    assert!(matches!(it.poller.poll_output(), Output::Save(Saved { in_use: true, .. })));
    assert!(matches!(it.poller.poll_output(), Output::Request(_, request) if request.url.ends_with("=t1")));
    assert!(matches!(it.poller.poll_output(), Output::Event(Event::StatusChanged { .. })));
    assert!(matches!(it.poller.poll_output(), Output::Timeout(Some(_))));
}

#[test]
fn who_stops_before_it_asked_frees_the_token_that_it_found_in_use() {
    let first = Scenario::ready("t1", 60);
    let mut it = next(&first, 10 * SECOND);
    it.start().give(Input::Stop);
    assert_eq!(it.saved.as_ref().map(|saved| (saved.in_use, saved.replayed)), Some((false, false)));
    it.saved = None;
    it.give(Input::Stop);
    assert_eq!(it.saved, None, "it is said already");
    // Free already.
    let mut first = Scenario::ready("t1", 60);
    first.give(Input::Stop);
    let mut it = next(&first, 10 * SECOND);
    it.start().give(Input::Stop);
    assert_eq!(it.saved, None);
}

#[test]
fn an_empty_answer_to_a_token_that_its_owner_may_have_sent_is_verified() {
    let first = Scenario::ready("t1", 60);
    // It was due when its owner was gone, or just before.
    let mut it = next(&first, 2 * MINUTE);
    it.start().answer(unchanged("t2", 60));
    assert_eq!(it.asks(), START);
    // Before it was due it was certainly not sent.
    let mut it = next(&first, 10 * SECOND);
    it.start().wait();
    it.answer(unchanged("t2", 60));
    assert_eq!(it.told(), [Event::Unchanged]);
    // A poll that was under way at the end may have been answered.
    let mut first = Scenario::ready("t1", 60);
    first.wait();
    first.give(Input::Stop);
    let mut it = next(&first, 0);
    it.start().answer(unchanged("t2", 60));
    assert_eq!(it.asks(), START);
}

#[test]
fn a_token_that_is_sent_before_its_date_because_that_was_set_back_is_saved_once_more() {
    let mut first = Scenario::ready("t1", 60);
    first.saved = None;
    // Less than clocks differ by themselves: whoever comes next takes it for sent.
    first.wall -= 5 * SECOND;
    first.wait();
    assert_eq!(first.saved, None);
    first.answer(unchanged("t2", 60));
    first.wall -= HOUR;
    first.saved = None;
    first.wait();
    assert_eq!(first.asks(), (POLL, "t2"));
    assert!(first.saved.as_ref().is_some_and(|saved| saved.in_use && saved.due == first.wall));
    // Its owner is gone, and the service has seen it.
    let mut it = next(&first, SECOND);
    it.start().answer(unchanged("t3", 60));
    assert_eq!(it.asks(), START);
}

#[test]
fn a_saved_token_that_is_refused_or_a_day_old_costs_one_session() {
    let mut first = Scenario::ready("t1", 60);
    first.give(Input::Stop);
    let mut it = next(&first, HOUR);
    it.start().answer(problem("Expired"));
    assert_eq!(it.error().code, Code::TokenRefused);
    assert_eq!(it.asks(), START);
    it.answer(session("initial")).answer(success("t2", 60, Body::Same));
    assert_eq!(it.told(), [Event::Unchanged]);

    let mut it = next(&first, DAY);
    assert_eq!(it.start().asks(), START);
    it.answer(session("initial")).answer(success("t2", 60, Body::Same));
    assert_eq!(it.told(), [Event::Unchanged], "and no error");
}

#[test]
fn who_has_begun_does_not_go_on_where_another_one_was() {
    let mut it = Scenario::ready("t1", 60);
    let other = Saved { token: Token::new("other".into()), yielded: true, ..Saved::default() };
    it.give(Input::Resume(Some(other), None));
    assert_eq!(it.poller.status(), Status::Ready);
    it.wait();
    assert_eq!(it.asks(), (POLL, "t1"));
}

#[test]
fn the_first_poll_of_a_session_that_another_one_may_have_sent_is_one_like_any_other() {
    for is_stopped in [false, true] {
        let mut first = Scenario::new();
        first.start().answer(session("initial"));
        if is_stopped {
            first.give(Input::Stop);
        }
        let saved = first.saved.clone().unwrap();
        assert_eq!((saved.in_use, saved.replayed, saved.yielded), (!is_stopped, is_stopped, false));
        let mut it = next(&first, HOUR);
        assert_eq!(it.give(Input::Limited(true)).start().asks(), (POLL, "initial"));
        it.answer(configuration("t1", 60));
        assert_eq!(it.wait(), 15 * MINUTE, "it was a request that counts");
    }
}

#[test]
fn a_content_that_cannot_be_held_is_told_once_whoever_polls() {
    let mut first = Scenario::ready("t1", 60);
    first.wait();
    first.answer(success("t2", 60, Body::TooLarge)).give(Input::Stop);
    let mut it = next(&first, MINUTE);
    it.start().wait();
    it.answer(unchanged("t3", 60));
    assert_eq!((it.told(), it.poller.status()), (vec![], Status::Stale));
}

#[test]
fn a_longer_wait_for_the_budget_outlives_the_poller() {
    let mut first = Scenario::new();
    first.start().answer(session("initial")).answer(problem("Corrupted")).answer(session("initial"));
    let saved = first.saved.as_ref().unwrap();
    assert_eq!((saved.sessions_left, saved.refill), (1, 20 * MINUTE), "a session came to nothing");
}

#[test]
fn a_verification_that_has_to_wait_outlives_the_poller() {
    let mut first = Scenario::ready("t1", 60);
    let replay = |it: &mut Scenario, next: &str| {
        it.wait();
        it.fail(Failure::Network);
        it.wait();
        it.answer(unchanged(next, 3600));
    };
    replay(&mut first, "t2");
    assert_eq!(first.asks(), START);
    first.answer(session("initial")).answer(success("t3", 60, Body::Same));
    let verified = first.wall;
    replay(&mut first, "t4");
    assert!(first.asks_nothing(), "one an hour");
    first.give(Input::Stop);
    let mut it = next(&first, MINUTE);
    it.start();
    assert_eq!(it.poller.status(), Status::Stale);
    it.wait();
    assert_eq!((it.asks(), it.wall - verified), (START, HOUR));
}

#[test]
fn an_interval_outlives_the_poller_and_an_absurd_date_waits_no_longer() {
    let mut first = Scenario::ready("t1", 3600);
    first.give(Input::Stop);
    let saved = first.saved.clone().unwrap();
    let mut it = next(&first, HOUR + HOUR / 10);
    it.start().answer(exception(404, "ResourceNotFoundException", "{}"));
    assert_eq!(it.wait(), 5 * MINUTE, "the interval, which is longer than this may be");
    let mut it = Scenario::new();
    it.give(Input::Resume(Some(Saved { due: u64::MAX, ..saved }), None)).start();
    assert_eq!(it.wait(), HOUR + HOUR / 10);
}

#[test]
fn the_budget_outlives_the_poller() {
    let mut saved = None;
    for left in [2, 1, 0] {
        let mut it = Scenario::new();
        it.give(Input::Resume(saved.take(), None)).start().answer(session("initial"));
        saved.clone_from(&it.saved);
        let Some(Saved { token, sessions_left, .. }) = &mut saved else { panic!("{saved:?}") };
        assert_eq!(*sessions_left, left);
        *token = None; // lost
    }
    let mut it = Scenario::new();
    it.give(Input::Resume(saved.clone(), None)).start();
    assert!(it.asks_nothing());
    assert_eq!(it.wait(), 10 * MINUTE);
    assert_eq!(it.asks(), START);
    // Whatever the dates say, one is back sooner or later.
    for date in [0, u64::MAX] {
        let mut it = Scenario::new();
        it.give(Input::Resume(Some(Saved { refilled_at: date, refill: date, ..saved.clone().unwrap() }), None)).start();
        assert!(!it.asks_nothing() || it.wait() <= HOUR);
        assert_eq!(it.asks(), START);
    }
}

#[test]
fn a_session_that_is_back_stays_so_whatever_the_date_says_later() {
    let mut it = Scenario::new();
    it.start().answer(session("initial"));
    it.give(Input::Stop).pass(25 * MINUTE).start().give(Input::Stop);
    assert_eq!(it.saved.as_ref().map(|saved| saved.sessions_left), Some(3));
    // Who only refreshes says nothing more until it stops.
    let mut it = Scenario::new();
    it.refresh().answer(session("initial")).answer(configuration("t1", 60));
    assert_eq!(it.saved.as_ref().map(|saved| saved.sessions_left), Some(2));
    it.pass(25 * MINUTE).give(Input::Stop);
    assert_eq!(it.saved.as_ref().map(|saved| saved.sessions_left), Some(3));
}

#[test]
fn a_date_that_was_set_back_delays_a_poll_by_an_interval_at_most() {
    let mut first = Scenario::ready("t1", 60);
    first.wall += DAY;
    first.give(Input::Stop);
    first.wall -= DAY;
    let mut it = next(&first, 0);
    assert!(it.start().wait() <= 66 * SECOND);
    assert_eq!(it.asks(), (POLL, "t1"));
}

#[test]
fn the_first_poll_of_a_saved_session_waits_for_no_date() {
    let mut first = Scenario::new();
    first.start().answer(session("initial"));
    first.wall -= HOUR;
    let mut it = next(&first, 0);
    assert_eq!(it.start().asks(), (POLL, "initial"));
}

#[test]
fn a_configuration_that_was_given_beforehand_is_stale_until_a_poll_confirms_it() {
    let mut it = Scenario::new();
    it.give(Input::Resume(None, Some(held()))).start();
    assert_eq!((it.poller.status(), it.asks()), (Status::Stale, START));
    it.answer(session("initial")).answer(success("t1", 60, Body::Same));
    assert_eq!((it.told(), it.poller.status()), (vec![Event::Unchanged], Status::Ready));
}

#[test]
fn what_is_saved_comes_once_for_each_answer_and_not_for_a_failure() {
    let mut it = Scenario::ready("t1", 60);
    it.saved = None;
    it.wait();
    assert_eq!(it.saved, None, "who saved it said that it would go on");
    it.fail(Failure::Network);
    assert_eq!(it.saved, None);
    it.wait();
    it.answer(unchanged("t2", 60));
    assert!(it.saved.is_some());
}

#[test]
fn a_refresh_leaves_its_next_token_free_and_the_one_after_it_says_that_it_is_taken() {
    let mut first = Scenario::new();
    first.refresh().answer(session("initial"));
    assert!(first.saved.as_ref().unwrap().in_use);
    first.answer(configuration("t1", 60));
    assert!(!first.saved.as_ref().unwrap().in_use);
    // An isolate that is evicted between two refreshes costs no session.
    let mut it = next(&first, HOUR);
    it.refresh();
    assert_eq!((it.asks(), it.saved.as_ref().map(|saved| saved.in_use)), ((POLL, "t1"), Some(true)));
    it.answer(unchanged("t2", 60));
    assert_eq!(it.told(), [Event::Unchanged]);
}

#[test]
fn a_hidden_loop_asks_less_often_and_at_once_when_somebody_looks_again() {
    let mut it = Scenario::with(|options| options.hidden_interval = Some(5 * MINUTE));
    it.start().answer(session("initial")).answer(configuration("t1", 60));
    it.give(Input::Visible(false));
    assert_eq!(it.wait(), 5 * MINUTE);
    it.answer(unchanged("t2", 60)).pass(2 * MINUTE).give(Input::Visible(true));
    assert_eq!(it.asks(), (POLL, "t2"));
    // Not at all, but for a refresh.
    let mut it = Scenario::ready("t1", 60);
    it.give(Input::Visible(false));
    assert_eq!(it.timer, None);
    assert_eq!(it.pass(HOUR).refresh().asks(), (POLL, "t1"));
}

#[test]
fn a_loop_without_a_network_waits_and_comes_back_with_jitter() {
    let mut it = Scenario::ready("t1", 60);
    it.give(Input::Online(false));
    assert_eq!(it.timer, None);
    it.pass(HOUR).give(Input::Online(true));
    assert!(it.wait() <= 6 * SECOND);
    assert_eq!(it.asks(), (POLL, "t1"));
}

#[test]
fn a_loop_that_rests_does_not_begin_with_a_new_session_either() {
    for (rest, resume) in [(Input::Visible(false), Input::Visible(true)), (Input::Online(false), Input::Online(true))] {
        let mut it = Scenario::new();
        it.start().give(rest).answer(session("initial"));
        assert!(it.asks_nothing());
        assert_eq!(it.timer, None);
        it.pass(HOUR).give(resume);
        if it.asks_nothing() {
            assert!(it.wait() <= 6 * SECOND);
        }
        assert_eq!(it.asks(), (POLL, "initial"));
    }
}

#[test]
fn who_is_told_of_a_network_that_was_there_all_along_does_not_wait() {
    for seed in 0..10 {
        let mut it = Scenario::with(|options| options.seed = seed);
        it.give(Input::Online(true)).start();
        assert_eq!(it.asks(), START);
    }
}

#[test]
fn a_limit_does_not_come_between_a_session_and_its_first_poll() {
    let mut it = Scenario::new();
    it.give(Input::Limited(true)).start().answer(session("initial"));
    assert_eq!(it.asks(), (POLL, "initial"));
    it.answer(configuration("t1", 60));
    assert_eq!(it.wait(), 15 * MINUTE, "from the request that was more than a first poll");
    it.pass(5 * SECOND).answer(unchanged("t2", 60));
    assert_eq!(it.wait(), 15 * MINUTE - 5 * SECOND);
}

#[test]
fn a_limit_slows_refreshes_as_well_and_blinds_nobody() {
    let mut it = Scenario::ready("t1", 60);
    it.give(Input::Limited(true));
    it.pass(2 * MINUTE).refresh();
    assert!(it.asks_nothing());
    assert_eq!(it.wait(), 13 * MINUTE);
    assert_eq!(it.asks(), (POLL, "t1"));
}

#[test]
fn a_limit_and_a_hidden_page_count_from_the_last_owners_request() {
    let mut first = Scenario::ready("t1", 60);
    first.pass(5 * MINUTE).give(Input::Stop);
    let mut it = next(&first, 0);
    it.give(Input::Limited(true)).start();
    assert_eq!(it.wait(), 10 * MINUTE);
    assert_eq!(it.asks(), (POLL, "t1"));
    let mut it = next(&first, HOUR);
    it.give(Input::Limited(true)).refresh();
    assert_eq!(it.asks(), (POLL, "t1"));
}

#[test]
fn a_configuration_that_the_caller_refuses_is_told_once_each_and_polling_goes_on() {
    let mut it = Scenario::ready("t1", 60);
    for (token, again, told) in [("t2", false, 1), ("t3", true, 0), ("t4", false, 1)] {
        it.wait();
        it.answer(success(token, 60, Body::Refused { again }));
        assert_eq!((it.told().len(), it.poller.status()), (told, Status::Stale), "{token}");
    }
    it.wait();
    assert_eq!(it.asks(), (POLL, "t4"));
    it.answer(configuration("t5", 60));
    assert_eq!(it.poller.status(), Status::Ready);
}

#[test]
fn a_hidden_loop_goes_on_with_the_rest_of_the_one_before() {
    let mut first = Scenario::ready("t1", 60);
    first.give(Input::Visible(false)).give(Input::Stop);
    let mut it = Scenario::with(|options| options.hidden_interval = Some(5 * MINUTE));
    (it.monotonic, it.wall) = (500, first.wall + 2 * MINUTE);
    it.give(Input::Resume(first.saved.clone(), Some(held()))).give(Input::Visible(false));
    assert!(it.start().asks_nothing());
    assert_eq!(it.wait(), 3 * MINUTE);
    assert_eq!(it.asks(), (POLL, "t1"));
    // Somebody who looks does not wait for that.
    let mut it = next(&first, 2 * MINUTE);
    assert_eq!(it.start().asks(), (POLL, "t1"));
}
