//! One request on the host's fetch, from its preparation to the last byte of its answer.

use js_sys::{Array, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, ReadableStreamDefaultReader, Response, ResponseType};

use super::host::{Chunk, Face};
use crate::protocol::response::{is_configuration, Body, MAXIMUM_TEXT_CHARACTERS};
use crate::protocol::{self, Operation};
use crate::session::RequestId;

/// What is known of the request that is under way.
pub(super) struct Exchange {
    pub(super) id: RequestId,
    operation: Operation,
    controller: AbortController,
    pub(super) phase: Phase,
    response: Option<Response>,
    reader: Option<ReadableStreamDefaultReader>,
    chunks: Array,
    received: u32,
}

/// How far a request has come, which tells what its failure means.
#[derive(Clone, Copy)]
pub(super) enum Phase {
    Prepared,
    Sent,
    Answered,
}

/// How reading goes on.
#[derive(Clone, Copy)]
pub(super) enum Reading {
    /// There is more to come.
    More,
    /// That was all.
    Done,
    /// That was all that is wanted; there may be more.
    Enough,
    /// The answer is longer than the caller takes.
    TooLarge,
    /// The answer is a redirect that the host hides.
    Redirected,
}

impl Exchange {
    /// `None` where the host has no `AbortController` now, as workerd at global scope.
    pub(super) fn new(id: RequestId, operation: Operation) -> Option<Self> {
        let controller = AbortController::new().ok()?;
        Some(Self { id, operation, controller, phase: Phase::Prepared, response: None, reader: None, chunks: Array::new(), received: 0 })
    }

    pub(super) fn signal(&self) -> JsValue {
        self.controller.signal().into()
    }

    /// Ends the request on the host's side; what it answers to that is nobody's concern.
    pub(super) fn abort(&self) {
        self.controller.abort();
    }

    fn expects_configuration(&self, status: u16) -> bool {
        self.operation == Operation::GetLatestConfiguration && is_configuration(status)
    }

    /// Takes the headers in.
    pub(super) fn begin(&mut self, response: Response) -> Reading {
        if response.type_() == ResponseType::Opaqueredirect {
            return Reading::Redirected;
        }
        // Most polls are answered with nothing: then there is no stream to read.
        let nothing = response.status() == 204 || header(&response, "content-length").is_some_and(|length| length == "0");
        if !nothing {
            self.reader = response.body().and_then(|body| body.get_reader().dyn_into().ok());
        }
        self.response = Some(response);
        self.phase = Phase::Answered;
        if self.reader.is_some() {
            Reading::More
        } else {
            Reading::Done
        }
    }

    /// Takes a piece of the body in; `maximum` is the most bytes of a configuration that the caller takes.
    pub(super) fn receive(&mut self, chunk: &Chunk, maximum: u32) -> Reading {
        if chunk.done() {
            return Reading::Done;
        }
        let bytes = chunk.value();
        self.received = self.received.saturating_add(bytes.length());
        self.chunks.push(&bytes);
        let status = self.response.as_ref().map_or(0, Response::status);
        if self.expects_configuration(status) {
            if self.received > maximum {
                return Reading::TooLarge;
            }
        } else if self.received as usize > MAXIMUM_TEXT_CHARACTERS {
            // An error's page has said enough.
            return Reading::Enough;
        }
        Reading::More
    }

    /// Asks for the next piece.
    pub(super) fn read(&self) -> Option<Promise> {
        self.reader.as_ref().map(ReadableStreamDefaultReader::read)
    }

    /// What the core wants to know of the answer. The body stays with the face.
    pub(super) fn conclude(&self, face: &Face, too_large: bool) -> protocol::Response {
        let Some(response) = &self.response else { return protocol::Response::default() };
        let status = response.status();
        let mut answer = protocol::Response::read(status, |name| header(response, name));
        if self.expects_configuration(status) {
            answer.headers_may_be_hidden = response.type_() == ResponseType::Cors;
            let examine = || match face.examine(&self.chunks, answer.content_type.as_deref()) {
                0 => Body::Empty,
                1 => Body::Same,
                2 => Body::New,
                code => Body::Malformed { again: code > 3 },
            };
            // Without a next token the body may be anybody's page, and is not even looked at.
            answer.body = Some(if too_large {
                Body::TooLarge
            } else if answer.next_token().is_none() {
                Body::Empty
            } else {
                examine()
            });
        } else {
            answer.text = face.text(&self.chunks);
        }
        answer
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}
