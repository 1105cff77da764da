//! Runs a [`Poller`] on the host's fetch and timers, with closures instead of futures: a future per poll costs the
//! browser four kilobytes and half the speed (`docs/design.md` has the figures).
//!
//! One rule makes re-entrancy harmless: nothing is borrowed while JavaScript runs. The face may call back into the
//! engine at any time; whatever was under way notices by the request's id that it is no longer meant.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen::JsCast;

use super::exchange::{Exchange, Phase, Reading};
use super::host::{self, Face, Timer};
use crate::protocol::Request;
use crate::session::{Error, Event, Failure, Input, Instant, Options, Output, Poller, RequestId};

/// A handler for the promises of a request: gets the request's id (bound) and the promise's value.
type Handler = Closure<dyn Fn(u32, JsValue)>;

/// One client's loop.
pub(super) struct Driver {
    poller: RefCell<Poller>,
    face: RefCell<Option<Face>>,
    exchange: RefCell<Option<Exchange>>,
    maximum_body_bytes: u32,
    /// The timer of the next poll, and when it fires.
    timer: RefCell<Option<(Instant, Timer)>>,
    /// The time limit of the request under way, and when it fires.
    limit: RefCell<Option<(Instant, Timeout)>>,
    /// Whether timers hold the process.
    holds: Cell<bool>,
    /// What the host said of the last request that came to nothing, for the error's message.
    reason: RefCell<JsValue>,
    handlers: Handlers,
}

/// Made once per client. They know the driver weakly, so that a dropped client is dropped.
struct Handlers {
    prepared: Handler,
    answered: Handler,
    received: Handler,
    failed: Handler,
    fired: Closure<dyn Fn()>,
}

impl Driver {
    pub(super) fn new(options: Options, maximum_body_bytes: u32) -> Rc<Self> {
        Rc::new_cyclic(|this: &Weak<Self>| {
            let handler = |handle: fn(&Rc<Self>, RequestId, &JsValue)| {
                let this = this.clone();
                Handler::new(move |id, value| {
                    if let Some(driver) = this.upgrade() {
                        handle(&driver, RequestId(id), &value);
                    }
                })
            };
            let timed = this.clone();
            let fired = Closure::new(move || {
                if let Some(driver) = timed.upgrade() {
                    driver.timer.take();
                    driver.input(Input::Timeout);
                }
            });
            let handlers = Handlers {
                prepared: handler(Self::on_prepared),
                answered: handler(Self::on_answered),
                received: handler(Self::on_received),
                failed: handler(Self::on_failed),
                fired,
            };
            Self {
                poller: RefCell::new(Poller::new(options)),
                face: RefCell::default(),
                exchange: RefCell::default(),
                maximum_body_bytes,
                timer: RefCell::default(),
                limit: RefCell::default(),
                holds: Cell::new(false),
                reason: RefCell::default(),
                handlers,
            }
        })
    }

    pub(super) fn attach(&self, face: Face) {
        self.face.replace(Some(face));
    }

    pub(super) fn is_polling(&self) -> bool {
        self.poller.borrow().is_polling()
    }

    /// Whether timers are to hold the process from now on.
    pub(super) fn hold(&self, holds: bool) {
        self.holds.set(holds);
        if let (Some((_, timer)), Some(face)) = (&*self.timer.borrow(), self.face()) {
            timer.hold(&face, holds);
        }
    }

    fn face(&self) -> Option<Face> {
        self.face.borrow().clone()
    }

    /// Feeds the core and does what it says.
    pub(super) fn input(self: &Rc<Self>, input: Input) {
        self.poller.borrow_mut().handle_input(host::now(), input);
        let Some(face) = self.face() else { return };
        loop {
            let output = self.poller.borrow_mut().poll_output();
            match output {
                Output::Request(id, request) => self.send(&face, id, &request),
                Output::Cancel(_) => {
                    if let Some(exchange) = self.exchange.take() {
                        exchange.abort();
                    }
                }
                Output::Event(event) => self.tell(&face, event),
                Output::Timeout(at) => {
                    self.wait(&face, at);
                    break;
                }
            }
        }
        if !self.is_polling() {
            face.settled();
        }
    }

    /// Sets the timer for `at`. While a request is under way this is its time limit, otherwise the next poll.
    fn wait(self: &Rc<Self>, face: &Face, at: Option<Instant>) {
        let polling = self.is_polling();
        if !polling {
            self.limit.take();
        }
        let Some(at) = at else {
            self.timer.take();
            // Nothing will happen by itself: let go of the face, so that client and engine can be collected.
            self.face.take();
            return;
        };
        let delay = host::delay(host::now().monotonic, at);
        if polling {
            self.timer.take();
            // A limit that fires early only makes the core look again, so bytes that arrive need no new timer.
            if self.limit.borrow().as_ref().is_some_and(|(then, _)| *then <= at) {
                return;
            }
            let this = Rc::downgrade(self);
            let fire = move || {
                if let Some(driver) = this.upgrade() {
                    driver.limit.borrow_mut().take();
                    driver.input(Input::Timeout);
                }
            };
            self.limit.replace(Some((at, Timeout::new(delay, fire))));
        } else if self.timer.borrow().as_ref().is_none_or(|(then, _)| *then != at) {
            self.timer.take();
            let timer = Timer::start(face, self.handlers.fired.as_ref().unchecked_ref(), delay, self.holds.get());
            self.timer.replace(timer.map(|timer| (at, timer)));
        }
    }

    /// Hears of a promise of the request `id`. The bound functions keep the face, and with it this driver, until the
    /// promise is settled: a closure that is called after its end would throw where nobody catches.
    fn hear(&self, face: &Face, promise: &Promise, then: &Handler, id: RequestId) {
        let bind = |handler: &Handler| handler.as_ref().unchecked_ref::<Function>().bind1(face, &id.0.into());
        host::then(promise, &bind(then), &bind(&self.handlers.failed));
    }

    fn send(self: &Rc<Self>, face: &Face, id: RequestId, request: &Request) {
        let Some(exchange) = Exchange::new(id, request.operation) else { return self.input(Input::Failure(id, Failure::NotSent)) };
        let signal = exchange.signal();
        self.exchange.replace(Some(exchange));
        match face.prepare(request.operation as u8, &request.url, request.body.as_deref(), &signal) {
            Ok(value) => match value.dyn_ref::<Promise>() {
                Some(promise) => self.hear(face, promise, &self.handlers.prepared, id),
                None => self.on_prepared(id, &value),
            },
            Err(reason) => self.on_failed(id, &reason),
        }
    }

    /// Whether `id` is the request under way, and the face to go on with.
    fn current(&self, id: RequestId) -> Option<Face> {
        let current = self.exchange.borrow().as_ref().is_some_and(|exchange| exchange.id == id);
        self.face().filter(|_| current)
    }

    fn on_prepared(self: &Rc<Self>, id: RequestId, prepared: &JsValue) {
        let Some(face) = self.current(id) else { return };
        if let Some(exchange) = &mut *self.exchange.borrow_mut() {
            exchange.phase = Phase::Sent;
        }
        match face.fetch(prepared.unchecked_ref()) {
            Ok(promise) => self.hear(&face, &promise, &self.handlers.answered, id),
            Err(reason) => self.on_failed(id, &reason),
        }
    }

    fn on_answered(self: &Rc<Self>, id: RequestId, response: &JsValue) {
        let reading = match &mut *self.exchange.borrow_mut() {
            Some(exchange) if exchange.id == id => exchange.begin(response.clone().unchecked_into()),
            _ => return,
        };
        self.go_on(id, reading);
    }

    fn on_received(self: &Rc<Self>, id: RequestId, chunk: &JsValue) {
        let reading = match &mut *self.exchange.borrow_mut() {
            Some(exchange) if exchange.id == id => exchange.receive(chunk.unchecked_ref(), self.maximum_body_bytes),
            _ => return,
        };
        self.go_on(id, reading);
    }

    fn on_failed(self: &Rc<Self>, id: RequestId, reason: &JsValue) {
        if self.current(id).is_none() {
            return;
        }
        let phase = self.exchange.take().map(|exchange| exchange.phase);
        self.reason.replace(reason.clone());
        self.input(Input::Failure(
            id,
            match phase {
                Some(Phase::Answered) => Failure::BodyCut,
                Some(Phase::Sent) => Failure::Network,
                _ => Failure::NotSent,
            },
        ));
        self.reason.take();
    }

    fn go_on(self: &Rc<Self>, id: RequestId, reading: Reading) {
        let too_large = match reading {
            Reading::More => {
                self.input(Input::Progress(id));
                // The core may have abandoned the request by its clock.
                let Some(face) = self.current(id) else { return };
                let promise = self.exchange.borrow().as_ref().and_then(Exchange::read);
                if let Some(promise) = promise {
                    self.hear(&face, &promise, &self.handlers.received, id);
                }
                return;
            }
            Reading::Redirected => {
                self.exchange.take();
                return self.input(Input::Failure(id, Failure::Redirected));
            }
            Reading::Enough => false,
            Reading::TooLarge => true,
            Reading::Done => {
                let Some(face) = self.current(id) else { return };
                let Some(exchange) = self.exchange.take() else { return };
                return self.input(Input::Response(id, exchange.conclude(&face, false)));
            }
        };
        let Some(face) = self.current(id) else { return };
        let Some(exchange) = self.exchange.take() else { return };
        exchange.abort();
        self.input(Input::Response(id, exchange.conclude(&face, too_large)));
    }

    fn tell(&self, face: &Face, event: Event) {
        match event {
            Event::Updated(update) => face.updated(update.content_type.as_deref(), update.version_label.as_deref()),
            Event::Unchanged => {}
            Event::StatusChanged { status, .. } => face.status(status as u8),
            Event::Failed { error, retry_at } => self.tell_failure(face, &error, retry_at),
        }
    }

    #[allow(clippy::cast_precision_loss)] // a wait is far below 2^53
    fn tell_failure(&self, face: &Face, error: &Error, retry_at: Instant) {
        let words = Array::new();
        let push = |text: Option<&str>| {
            words.push(&text.map_or(JsValue::UNDEFINED, JsValue::from_str));
        };
        push(error.request_id.as_deref());
        if let Some(exception) = &error.exception {
            push(exception.name.as_deref());
            for (path, value) in &exception.members {
                push(Some(path));
                push(Some(value));
            }
        }
        let limit = error.limit.map_or(0, |limit| limit as u8 + 1);
        let retry_in = retry_at.since(host::now().monotonic) as f64;
        let reason = self.reason.borrow().clone();
        face.failed(error.code as u8, error.operation as u8, error.status, limit, error.is_final, retry_in, &words, &reason);
    }
}
