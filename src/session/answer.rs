//! What an answer means for the loop.

use super::error::{Code, Error};
use super::event::{Event, Failure, RequestId, Update};
use super::flight::{Flight, Session};
use super::mistake::Mistake;
use super::poller::{Held, Poller, VERIFY_EVERY};
use super::schedule::{Pace, Schedule};
use crate::protocol::exception::{self, Class, Exception};
use crate::protocol::response::{is_configuration, Body};
use crate::protocol::{retry_after, Document, Operation, Response, Token};
use alloc::boxed::Box;

impl Poller {
    pub(crate) fn answered(&mut self, flight: &Flight, response: Response) {
        match flight.operation {
            Operation::StartConfigurationSession => match response.initial_token() {
                Some(token) if matches!(response.status, 200 | 201) => self.opened(flight, token),
                _ => self.refused(flight, response),
            },
            Operation::GetLatestConfiguration => match response.body {
                Some(body) if is_configuration(response.status) => self.polled(flight, response, body),
                _ => self.refused(flight, response),
            },
        }
    }

    /// A new session: it takes the place of the one before.
    fn opened(&mut self, flight: &Flight, token: Token) {
        let now = self.now.monotonic;
        if let Some(session) = self.session.take() {
            self.close(&session);
            if self.verify {
                self.verify_from = now.plus(VERIFY_EVERY);
            }
        }
        self.budget.take(now);
        self.session =
            Some(Session { token, obtained: flight.sent, due: now, asked: false, replayed: false, yielded: false, in_use_from: None });
        self.save(true);
    }

    fn close(&mut self, session: &Session) {
        if !session.yielded && !self.mistaken(Mistake::ForgetsWaste) {
            self.budget.wasted(self.now.monotonic);
        }
    }

    /// 200 or 204 to a poll.
    fn polled(&mut self, flight: &Flight, response: Response, body: Body) {
        let now = self.now.monotonic;
        let token = response.next_token();
        let failure = match (&token, body) {
            (None, _) if self.mistaken(Mistake::TakesAnyBody) => None,
            (None, _) if response.headers_may_be_hidden => Some((Code::HeadersHidden, true)),
            (None, _) => Some((Code::UnexpectedAnswer, false)),
            // Perhaps cut short: the old token is asked once more before the content is believed to be like that.
            (Some(_), Body::Malformed { again: false }) => Some((Code::InvalidBody, false)),
            (Some(_), _) => None,
        };
        if let Some((code, is_final)) = failure {
            self.may_have_spent(flight.operation);
            let error = Error { status: response.status, is_final, ..self.error(flight.operation, code) };
            return self.fail(error, Pace::Backoff, None);
        }
        let Some(token) = token.or_else(|| self.session.as_ref().map(|it| it.token.clone())) else { return };

        // The answer counts: its token and its interval are taken whatever its body is.
        let minimum = self.options.input.required_minimum_poll_interval_in_seconds.unwrap_or(0);
        let interval = u64::from(response.interval_in_seconds().max(minimum)) * 1000;
        let latest = flight.sent.monotonic.plus(super::poller::TOKEN_LIFE - 1);
        let due = Schedule::due(now, interval, latest, &mut self.random);
        let (replayed, yielded) = self.session.as_ref().map_or((false, true), |session| (session.replayed, session.yielded));
        self.session = Some(Session { token, obtained: flight.sent, due, asked: false, replayed: false, yielded: true, in_use_from: None });
        self.schedule.succeeded(now, interval);
        self.budget.earned(now);
        self.renewed = false;
        self.wanted = false;
        self.unconfirmed = false;

        // The first poll of a session brings everything there is, be it nothing.
        self.verify &= replayed || yielded;
        match body {
            Body::Empty if replayed && !self.mistaken(Mistake::NeverVerifies) => self.verify = true,
            Body::Empty if self.verify || self.rejected => {}
            Body::Empty if self.held.is_none() => {
                self.reject(flight.operation, Code::NoConfiguration, true);
                // A new session brings everything: perhaps this was cut before its first byte, on a connection that ends with it.
                self.verify = true;
            }
            Body::Empty => self.tell(Event::Unchanged),
            Body::Malformed { .. } => self.reject(flight.operation, Code::InvalidBody, true),
            Body::Refused { .. } if self.mistaken(Mistake::TakesRefused) => self.take(flight.id, response, false),
            Body::Refused { again } => self.reject(flight.operation, Code::Refused, again),
            Body::TooLarge => self.reject(flight.operation, Code::BodyTooLarge, true),
            Body::Same | Body::New => self.take(flight.id, response, body == Body::Same),
        }
        // Where there is no loop nobody knows whether anybody will ask again: who does says so first.
        self.save(self.running);
    }

    /// Takes a configuration in.
    #[inline(never)]
    fn take(&mut self, body_of: RequestId, response: Response, same: bool) {
        self.verify = false;
        self.rejected = false;
        let held = Held { content_type: response.content_type, version_label: response.version_label };
        let unchanged = same && (self.held.as_ref() == Some(&held) || self.mistaken(Mistake::IgnoresLabels));
        if unchanged && !self.mistaken(Mistake::UpdatesWithoutChange) {
            return self.tell(Event::Unchanged);
        }
        // JavaScript has read the two itself.
        let told = if cfg!(feature = "bare") { Held::default() } else { held.clone() };
        self.held = Some(held);
        self.tell(Event::Updated(Update { body_of, content_type: told.content_type, version_label: told.version_label }));
    }

    /// The service has a content that cannot be held. That is told once, unless it is known not to be the one before (`again`); polling
    /// goes on with the new token.
    fn reject(&mut self, operation: Operation, code: Code, again: bool) {
        self.verify = false;
        if core::mem::replace(&mut self.rejected, true) && again {
            return;
        }
        let error = Error { is_final: true, ..self.error(operation, code) };
        let retry_at = self.retry_at();
        self.tell(Event::Failed { error, retry_at });
    }

    /// An answer that is no success.
    fn refused(&mut self, flight: &Flight, mut response: Response) {
        let status = response.status;
        if self.mistaken(Mistake::SplitsText) {
            let _ = response.text.split_at(1);
        }
        // Below 400 it is no exception, but perhaps a configuration (203, 206), of which nothing may get into an error.
        let document = if status < 400 { Document::default() } else { response.take_document() };
        let mut exception = Exception::of(response.error_type.as_deref(), document);
        let class = exception.class(status);
        let mut request_id = response.request_id.take();
        if let (Some(session), false) = (&self.session, cfg!(feature = "bare") || self.mistaken(Mistake::LeaksToken)) {
            let token = session.token.as_str();
            exception.hide(token);
            request_id = request_id.filter(|id| !exception::shows(id, token));
        }
        // AWS judges a 4xx before it delivers anything; of anything else nobody knows how far the request got, a proxy's
        // 403 included, which may stand in for an answer that the proxy did not like.
        if !((400..500).contains(&status) && exception.in_aws_form) {
            self.may_have_spent(flight.operation);
        }

        let code = match class {
            Class::BadRequest => Code::BadRequest,
            Class::TooEarly => Code::TooEarly,
            Class::NotFound => Code::NotFound,
            Class::Throttled => Code::Throttled,
            Class::Denied => Code::AccessDenied,
            Class::CredentialsExpired => Code::CredentialsExpired,
            Class::ClockSkew => Code::ClockSkew,
            Class::Transient => Code::ServiceError,
            Class::Unexpected if (300..400).contains(&status) => Code::Redirected,
            Class::Unexpected => Code::UnexpectedAnswer,
        };
        let unauthenticated = matches!(class, Class::Denied | Class::CredentialsExpired | Class::ClockSkew);
        let spares_token = unauthenticated || matches!(class, Class::TooEarly | Class::Throttled);
        let poll = flight.operation == Operation::GetLatestConfiguration;
        let token_refused = poll && status == 400 && exception.in_aws_form && !spares_token;
        let renew = unauthenticated && self.options.renews_credentials && !core::mem::replace(&mut self.renewed, true);
        let pace = match class {
            _ if token_refused => Pace::AtOnce,
            Class::TooEarly => Pace::Interval,
            Class::NotFound => Pace::Slow,
            _ if unauthenticated && !renew => Pace::Slow,
            _ => Pace::Backoff,
        };
        if token_refused || self.mistaken(Mistake::DropsTokenOnAnyError) {
            if let Some(session) = self.session.take() {
                self.close(&session);
                // Whoever comes next need not find out anew that the token is of no use.
                self.save(false);
            }
        }
        let error = Error {
            status,
            // A 400 for credentials or a clock may mend by itself, where a 403 says that somebody has to act.
            is_final: pace == Pace::Slow && !(unauthenticated && status == 400) || code == Code::BadRequest && !token_refused,
            exception: exception.in_aws_form.then(|| Box::new(exception)),
            request_id,
            ..self.error(flight.operation, if token_refused { Code::TokenRefused } else { code })
        };
        let wait = retry_after::wait(response.retry_after.as_deref(), response.amz_retry_after.as_deref(), self.now.wall);
        self.fail(error, pace, wait);
    }

    pub(crate) fn unanswered(&mut self, flight: &Flight, failure: Failure) {
        if failure != Failure::NotSent {
            self.may_have_spent(flight.operation);
        }
        if self.mistaken(Mistake::DropsTokenOnAnyError) {
            self.session = None;
        }
        let code = match failure {
            Failure::NotSent => Code::NotSent,
            Failure::Network => Code::Network,
            Failure::BodyCut => Code::BodyCut,
            Failure::Redirected => Code::Redirected,
        };
        let error = self.error(flight.operation, code);
        self.fail(error, Pace::Backoff, None);
    }

    #[allow(clippy::unused_self)] // reads like the others at its call sites
    pub(crate) fn error(&self, operation: Operation, code: Code) -> Error {
        Error { code, operation, status: 0, exception: None, request_id: None, limit: None, is_final: false }
    }

    pub(crate) fn fail(&mut self, error: Error, pace: Pace, retry_after: Option<u64>) {
        let retry_after = retry_after.filter(|_| !self.mistaken(Mistake::IgnoresRetryAfter));
        let pace = if self.mistaken(Mistake::HammersAfterFailures) { Pace::AtOnce } else { pace };
        self.schedule.failed(self.now.monotonic, pace, retry_after, &mut self.random);
        if self.mistaken(Mistake::GivesUp) && error.is_final {
            self.running = false;
        }
        if self.mistaken(Mistake::ForgetsConfiguration) {
            self.held = None;
        }
        if self.mistaken(Mistake::SavesFailures) {
            self.save(true);
        }
        let retry_at = self.retry_at();
        // A refresh is one attempt, and after a refusal the one with the session that takes its place.
        self.wanted &= error.code == Code::TokenRefused && retry_at <= self.now.monotonic;
        self.tell(Event::Failed { error, retry_at });
    }
}
