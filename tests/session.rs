//! What a poller does, one situation after the other, told the way a user would look it up.
//!
//! The simulator (`tests/simulator/`) proves what always holds; this is for reading.

#![cfg(not(target_arch = "wasm32"))]

#[path = "session/scenario.rs"]
mod scenario;

use appconfig_edge::protocol::response::{Body, Response};
use appconfig_edge::session::{Code, Event, Failure, Input, Limit, Status};
use scenario::{configuration, exception, problem, session, success, unchanged, Scenario, DAY, HOUR, POLL, SECOND, START};

#[test]
fn a_first_start_opens_a_session_and_polls_at_once() {
    let mut it = Scenario::new();
    assert_eq!((it.poller.status(), it.poller.is_polling(), it.timer), (Status::Idle, false, None));
    assert_eq!(it.start().asks(), START);
    assert_eq!((it.poller.status(), it.poller.is_polling()), (Status::Starting, true));
    assert_eq!(it.answer(session("initial")).asks(), (POLL, "initial"));
    it.answer(configuration("t1", 60));
    let told = it.told();
    let [Event::Updated(update)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(update.content_type.as_deref(), Some("application/json"));
    assert_eq!(it.poller.status(), Status::Ready);
    assert!((60 * SECOND..=66 * SECOND).contains(&it.wait()), "the interval, and at most a tenth of jitter");
    assert_eq!(it.asks(), (POLL, "t1"));
}

#[test]
fn a_change_of_the_status_is_told_once_and_nothing_changes_before_somebody_asks() {
    let mut it = Scenario::new();
    for input in [Input::Timeout, Input::Visible(true), Input::Limited(false), Input::Resume(None, None)] {
        it.give(input);
        assert_eq!((it.poller.status(), &it.events[..]), (Status::Idle, &[][..]));
    }
    it.refresh();
    assert_eq!(it.events, [Event::StatusChanged { status: Status::Starting, previous: Status::Idle }]);
    it.give(Input::Timeout).answer(session("initial"));
    assert_eq!(it.events.len(), 1);
    it.answer(configuration("t1", 60));
    assert_eq!(it.events.last(), Some(&Event::StatusChanged { status: Status::Ready, previous: Status::Starting }));
}

#[test]
fn an_empty_answer_is_unchanged_whatever_its_headers() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    it.answer(Response { status: 204, content_type: Some("text/html".into()), ..unchanged("t2", 15) });
    assert_eq!(it.told(), [Event::Unchanged]);
    assert!((15 * SECOND..=16 * SECOND + 500).contains(&it.wait()), "the newest interval counts");
    assert_eq!(it.asks(), (POLL, "t2"));
}

#[test]
fn an_update_is_what_differs() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    it.answer(configuration("t2", 60));
    assert!(matches!(it.told()[..], [Event::Updated(_)]));
    it.wait();
    it.answer(success("t3", 60, Body::Same));
    assert_eq!(it.told(), [Event::Unchanged], "the same once more is no update");
    it.wait();
    it.answer(Response { version_label: Some("v2".into()), ..success("t4", 60, Body::Same) });
    assert!(matches!(it.told()[..], [Event::Updated(_)]), "another label is one");
}

#[test]
fn a_lost_answer_is_asked_for_again_before_a_new_session_is_opened() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    assert_eq!(it.fail(Failure::Network).error().code, Code::Network);
    assert_eq!(it.poller.status(), Status::Stale);
    assert!(it.wait() <= SECOND);
    assert_eq!(it.asks(), (POLL, "t1"), "the same token: perhaps it is not spent");
    assert_eq!(it.answer(problem("Corrupted")).error().code, Code::TokenRefused);
    assert_eq!(it.asks(), START, "it was");
    assert_eq!(it.answer(session("initial")).asks(), (POLL, "initial"));
    it.answer(success("t2", 60, Body::Same));
    assert_eq!((it.told(), it.poller.status()), (vec![Event::Unchanged], Status::Ready));
}

#[test]
fn an_empty_answer_to_a_token_that_may_be_spent_is_verified_by_a_new_session() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    it.fail(Failure::BodyCut);
    it.wait();
    it.events.clear();
    it.answer(unchanged("t2", 60));
    assert_eq!((it.told(), it.poller.status()), (vec![], Status::Stale), "an update may have been in the lost answer");
    assert_eq!(it.asks(), START);
    it.answer(session("initial")).answer(configuration("t3", 60));
    assert!(matches!(it.told()[..], [Event::Updated(_)]));
    assert_eq!(it.poller.status(), Status::Ready);
}

#[test]
fn too_early_keeps_the_token_and_waits_for_an_interval() {
    let mut it = Scenario::ready("t1", 30);
    it.wait();
    assert_eq!(it.answer(problem("PollIntervalNotSatisfied")).error().code, Code::TooEarly);
    assert!((30 * SECOND..=33 * SECOND).contains(&it.wait()));
    assert_eq!(it.asks(), (POLL, "t1"));
}

#[test]
fn throttling_is_given_the_time_it_asks_for() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    let answer = exception(429, "ThrottlingException", "{}");
    it.answer(Response { retry_after: Some("120".into()), ..answer.clone() });
    assert_eq!(it.error().code, Code::Throttled);
    assert_eq!(it.wait(), 120 * SECOND);
    it.answer(Response { retry_after: Some("86400".into()), ..answer });
    assert_eq!(it.wait(), 300 * SECOND, "five minutes at most");
    assert_eq!(it.asks(), (POLL, "t1"));
}

#[test]
fn not_found_at_the_start_is_final_and_asked_again_slowly() {
    let mut it = Scenario::new();
    let body = r#"{"Message":"no such environment","ResourceType":"Environment","ReferencedBy":{"EnvironmentIdentifier":"prod"}}"#;
    it.start().answer(exception(404, "ResourceNotFoundException", body));
    let error = it.error();
    assert_eq!((error.code, error.is_final, it.poller.status()), (Code::NotFound, true, Status::Starting));
    let exception = error.exception.unwrap();
    assert_eq!(exception.referenced_by().collect::<Vec<_>>(), [("EnvironmentIdentifier", "prod")]);
    for (least, most) in [(60, 66), (120, 132), (240, 264), (270, 300), (270, 300)] {
        assert!((least * SECOND..=most * SECOND).contains(&it.wait()));
        it.answer(Response { status: 404, ..Response::default() });
    }
}

#[test]
fn a_reverted_deployment_keeps_the_last_good_configuration() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    it.answer(exception(404, "ResourceNotFoundException", r#"{"ResourceType":"Configuration"}"#));
    assert_eq!((it.error().code, it.poller.status()), (Code::NotFound, Status::Stale));
    assert!(it.wait() >= 60 * SECOND);
    assert_eq!(it.asks(), (POLL, "t1"), "the token is not spent");
}

#[test]
fn access_denied_is_tried_once_more_where_credentials_are_renewed() {
    let denied = || exception(403, "ExpiredTokenException", "{}");
    let mut it = Scenario::with(|options| options.renews_credentials = true);
    it.start().answer(denied());
    assert!(!it.error().is_final);
    assert!(it.wait() <= SECOND, "fresh credentials may help");
    it.answer(denied());
    assert!(it.error().is_final);
    assert!(it.wait() >= 60 * SECOND, "they did not");

    let mut it = Scenario::new();
    it.start().answer(denied());
    assert!(it.error().is_final);
    assert!(it.wait() >= 60 * SECOND);
}

#[test]
fn a_400_for_the_clock_is_slow_but_not_final() {
    let mut it = Scenario::new();
    it.start().answer(exception(400, "InvalidSignatureException", "{}"));
    let error = it.error();
    assert_eq!((error.code, error.is_final), (Code::ClockSkew, false), "a clock may be set right by itself");
    assert!(it.wait() >= 60 * SECOND);
}

#[test]
fn json_that_does_not_parse_is_asked_for_once_more_and_then_believed() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    it.answer(success("t2", 60, Body::Malformed { again: false }));
    let error = it.error();
    assert_eq!((error.code, error.is_final), (Code::InvalidBody, false), "perhaps it was cut short");
    it.wait();
    assert_eq!(it.asks(), (POLL, "t1"));
    it.answer(success("t3", 60, Body::Malformed { again: true }));
    let error = it.error();
    assert_eq!((error.code, error.is_final, it.poller.status()), (Code::InvalidBody, true, Status::Stale));
    assert!(it.wait() >= 60 * SECOND);
    assert_eq!(it.asks(), (POLL, "t3"), "polling goes on");
    it.answer(unchanged("t4", 60));
    assert_eq!(it.told(), [], "it is told once");
    it.wait();
    it.answer(configuration("t5", 60));
    assert_eq!(it.poller.status(), Status::Ready);
}

#[test]
fn hidden_headers_have_an_error_of_their_own() {
    let mut it = Scenario::new();
    it.start().answer(session("initial"));
    it.answer(Response { status: 200, body: Some(Body::New), headers_may_be_hidden: true, ..Response::default() });
    let error = it.error();
    assert_eq!((error.code, error.is_final, error.status), (Code::HeadersHidden, true, 200));
    assert!(error.to_string().contains("Access-Control-Expose-Headers"));
    assert_eq!(it.poller.status(), Status::Starting, "the body may be anybody's");
}

#[test]
fn a_refresh_inside_the_interval_asks_nothing() {
    let mut it = Scenario::ready("t1", 60);
    assert!(it.pass(59 * SECOND).refresh().asks_nothing());
    assert_eq!(it.told(), []);
}

#[test]
fn refreshes_alone_poll_when_a_poll_is_due_and_set_no_timer_in_between() {
    let mut it = Scenario::new();
    it.refresh().answer(session("initial")).answer(configuration("t1", 60));
    assert_eq!((it.poller.status(), it.timer), (Status::Ready, None));
    assert!(it.pass(30 * SECOND).refresh().asks_nothing());
    assert_eq!(it.pass(40 * SECOND).refresh().asks(), (POLL, "t1"));
    it.fail(Failure::Network);
    assert_eq!(it.timer, None, "a refresh is one attempt");
    assert_eq!(it.pass(5 * SECOND).refresh().asks(), (POLL, "t1"));
    assert_eq!(it.answer(problem("Corrupted")).asks(), START, "and the session that it needs");
    assert_eq!(it.answer(session("initial")).asks(), (POLL, "initial"));
}

#[test]
fn a_refresh_waits_only_where_nothing_is_held() {
    let mut it = Scenario::new();
    it.refresh().fail(Failure::Network);
    assert_eq!(it.timer, None, "a refresh is one attempt");
    while it.refresh().timer.is_some_and(|at| at == it.monotonic + 10 * SECOND) {
        it.fail(Failure::Network);
    }
    it.wait();
    assert_eq!(it.asks(), START, "and it has one, as soon as that may be");
    it.answer(session("initial")).answer(configuration("t1", 60));
    assert_eq!(it.pass(30 * SECOND).refresh().timer, None, "what is held is its answer");
}

#[test]
fn a_refresh_ends_where_the_budget_has_no_session_for_it() {
    let mut it = Scenario::new();
    it.refresh();
    for _ in 0..3 {
        it.answer(session("initial")).answer(problem("Corrupted"));
    }
    assert!(it.asks_nothing());
    assert_eq!(it.timer, None);
}

#[test]
fn a_redirect_and_a_refused_input_have_codes_of_their_own() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    it.answer(Response { status: 302, request_id: Some("id".into()), ..Response::default() });
    let error = it.error();
    assert_eq!((error.code, error.status, error.request_id.as_deref()), (Code::Redirected, 302, Some("id")));
    it.wait();
    assert!(!it.answer(problem("Corrupted")).error().is_final, "a new session mends it");
    let mut it = Scenario::new();
    let error = it.start().answer(exception(400, "BadRequestException", "{}")).error();
    assert_eq!((error.code, error.is_final), (Code::BadRequest, true));
}

#[test]
fn what_is_held_is_stale_a_minute_or_an_interval_after_a_poll_was_due() {
    for (interval, patience) in [(15, 60 * SECOND), (300, 300 * SECOND)] {
        let mut it = Scenario::ready("t1", interval);
        it.give(Input::Timeout);
        let due = it.timer.unwrap();
        it.give(Input::Visible(false));
        it.pass(due + patience - it.monotonic).give(Input::Timeout);
        assert_eq!(it.poller.status(), Status::Ready);
        it.pass(1).give(Input::Timeout);
        assert_eq!(it.poller.status(), Status::Stale);
    }
}

#[test]
fn a_stop_is_silent_and_a_later_start_goes_on_with_the_session() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    let (id, _) = it.sent.clone().unwrap();
    it.give(Input::Stop);
    assert_eq!((&it.cancelled[..], it.timer, it.poller.status()), (&[id][..], None, Status::Stopped));
    it.give(Input::Response(id, configuration("t2", 60)));
    assert!(it.told().is_empty() && it.asks_nothing(), "nobody waits for that answer any more");
    assert!(it.pass(HOUR).refresh().asks_nothing());
    assert_eq!(it.start().asks(), (POLL, "t1"));
}

#[test]
fn an_interval_of_a_day_plans_a_new_session_without_an_error() {
    let mut it = Scenario::ready("t1", 86_400);
    assert_eq!(it.wait(), DAY);
    assert_eq!(it.asks(), START);
    it.answer(session("initial")).answer(success("t2", 86_400, Body::Same));
    assert_eq!(it.told(), [Event::Unchanged]);
}

#[test]
fn jitter_does_not_make_a_token_too_old_for_its_poll() {
    // A tenth of it would be past the day's end.
    let mut it = Scenario::ready("t1", 85_500);
    assert_eq!(it.wait(), DAY - 600 * SECOND - 1, "as late as may be");
    assert_eq!(it.asks(), (POLL, "t1"));
}

#[test]
fn a_laptop_that_slept_for_two_days_opens_one_session() {
    for monotonic_slept in [true, false] {
        let mut it = Scenario::ready("t1", 60);
        it.wall += 2 * DAY;
        it.monotonic += if monotonic_slept { 0 } else { 2 * DAY };
        if monotonic_slept {
            it.wait();
        } else {
            it.give(Input::Timeout);
        }
        assert_eq!(it.asks(), START, "the token is older than a day by one clock at least");
        assert_eq!(it.answer(session("initial")).asks(), (POLL, "initial"));
        it.answer(success("t2", 60, Body::Same));
        assert!(it.wait() >= 60 * SECOND);
        assert_eq!(it.asks(), (POLL, "t2"), "and no poll that was missed is made up for");
    }
}

#[test]
fn a_poll_that_died_is_abandoned_by_the_clock_and_its_late_answer_dropped() {
    let mut it = Scenario::new();
    it.refresh().answer(session("initial")).answer(configuration("t1", 60));
    it.told();
    it.pass(66 * SECOND).refresh();
    let (dead, _) = it.sent.clone().unwrap();
    // Its surroundings died, and their timers. The next input finds that out by the clock.
    it.pass(10 * SECOND).refresh();
    assert_eq!(it.cancelled, [dead]);
    let error = it.error();
    assert_eq!((error.code, error.limit), (Code::TimedOut, Some(Limit::Headers)));
    it.give(Input::Response(dead, configuration("t2", 60)));
    assert_eq!(it.told(), [], "too late");
    assert_eq!(it.pass(SECOND).refresh().asks(), (POLL, "t1"), "the token is kept");
}

#[test]
fn an_answer_that_drips_is_abandoned_by_the_limit_that_is_over_first() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    let (id, _) = it.sent.clone().unwrap();
    for _ in 0..12 {
        it.pass(9 * SECOND).give(Input::Progress(id));
        assert!(it.told().is_empty());
    }
    it.pass(9 * SECOND).give(Input::Progress(id));
    assert_eq!(it.timer, Some(it.monotonic + 3 * SECOND), "120 seconds in all");
    it.wait();
    assert_eq!(it.error().limit, Some(Limit::Total));

    let mut it = Scenario::ready("t1", 60);
    it.wait();
    let (id, _) = it.sent.clone().unwrap();
    it.pass(9 * SECOND).give(Input::Progress(id));
    assert_eq!(it.wait(), 10 * SECOND);
    assert_eq!(it.error().limit, Some(Limit::Idle));

    let mut it = Scenario::with(|options| options.limits.total = options.limits.headers);
    it.start().wait();
    assert_eq!(it.error().limit, Some(Limit::Headers), "the one that says more");
}

#[test]
fn sessions_have_a_budget() {
    let mut it = Scenario::new();
    it.start();
    for _ in 0..3 {
        assert_eq!(it.asks(), START);
        it.answer(session("initial")).answer(problem("Corrupted"));
    }
    assert!(it.asks_nothing());
    it.told();
    // Three at once; one is back after ten minutes, and each that came to nothing has doubled that, up to an hour.
    let waited = it.wait();
    assert!((HOUR - SECOND..=HOUR).contains(&waited), "{waited}");
    assert_eq!(it.asks(), START);
}

#[test]
fn a_new_session_that_brings_nothing_is_doubted_where_nothing_is_held() {
    let mut it = Scenario::new();
    it.start().answer(session("initial")).answer(unchanged("t1", 60));
    assert_eq!(it.error().code, Code::NoConfiguration);
    assert_eq!(it.asks(), START, "perhaps it was cut before its first byte");
    it.answer(session("initial")).answer(unchanged("t2", 60));
    assert_eq!(it.told(), [], "told once");
    assert!(it.wait() >= 60 * SECOND);
    assert_eq!(it.asks(), (POLL, "t2"), "the next session is an hour away");
}

#[test]
fn a_token_or_a_configuration_counts_only_in_a_success() {
    let mut it = Scenario::new();
    it.start().answer(Response { status: 202, ..session("initial") });
    assert_eq!(it.error().code, Code::UnexpectedAnswer);
    it.wait();
    assert_eq!(it.asks(), START);
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    it.answer(Response { status: 206, ..configuration("t2", 60) });
    let error = it.error();
    assert_eq!((error.code, error.status, error.is_final), (Code::UnexpectedAnswer, 206, false));
    it.wait();
    assert_eq!(it.asks(), (POLL, "t1"));
    it.answer(Response { next_token: None, ..configuration("t2", 60) });
    let error = it.error();
    assert_eq!((error.code, error.status, error.is_final), (Code::UnexpectedAnswer, 200, false), "nothing is hidden where nothing can be");
}

#[test]
fn a_session_that_was_good_for_something_leaves_the_budget_as_it_is() {
    let mut it = Scenario::ready("t1", 60);
    it.wait();
    it.answer(problem("Expired"));
    assert_eq!(it.saved.as_ref().map(|saved| saved.refill), Some(600 * SECOND));
    it.answer(session("initial")).answer(problem("Expired"));
    assert_eq!(it.saved.as_ref().map(|saved| saved.refill), Some(1200 * SECOND));
}

#[test]
fn an_error_by_aws_before_it_delivers_leaves_the_token_unspent_and_no_other_does() {
    let html = |status| Response { status, text: "<html>".into(), ..Response::default() };
    for (answer, is_doubted) in [
        (exception(429, "ThrottlingException", "{}"), false),
        (exception(403, "AccessDeniedException", "{}"), false),
        (html(403), true),
        (html(502), true),
        (exception(500, "InternalServerException", "{}"), true),
    ] {
        let mut it = Scenario::ready("t1", 60);
        it.wait();
        it.answer(answer.clone()).wait();
        it.told();
        it.answer(unchanged("t2", 60));
        assert_eq!((it.told().is_empty(), !it.asks_nothing()), (is_doubted, is_doubted), "{answer:?}");
    }
}

#[test]
fn an_empty_answer_to_the_next_poll_does_not_settle_a_doubt() {
    let mut it = Scenario::ready("t1", 60);
    for token in ["t2", "t3"] {
        it.wait();
        it.fail(Failure::Network).wait();
        it.answer(unchanged(token, 60));
        if token == "t2" {
            it.answer(session("initial")).answer(success("t", 60, Body::Same));
        }
    }
    it.told();
    assert!(it.asks_nothing(), "one an hour");
    it.wait();
    assert_eq!(it.asks(), (POLL, "t3"));
    it.answer(unchanged("t4", 60));
    assert_eq!((it.told(), it.poller.status()), (vec![], Status::Stale), "that poll says nothing of the one before");
}
