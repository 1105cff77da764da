//! Drives the poll loop with a blocking HTTP client, and tells of updates:
//!
//! ```sh
//! cargo run --example native -- http://127.0.0.1:2774 shop prod flags
//! ```

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use appconfig_edge::protocol::{response::Body, Endpoint, Operation, Request, Response, SessionInput};
use appconfig_edge::session::{Event, Failure, Input, Instant, Limits, Now, Options, Output, Poller};

fn main() -> Result<(), Box<dyn Error>> {
    let Ok([endpoint, application, environment, profile]) = <[String; 4]>::try_from(std::env::args().skip(1).collect::<Vec<_>>()) else {
        return Err("usage: native ENDPOINT APPLICATION ENVIRONMENT PROFILE".into());
    };
    let limits = Limits::default();
    let agent = ureq::Agent::from(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_recv_response(Some(Duration::from_millis(limits.headers)))
            .timeout_global(Some(Duration::from_millis(limits.total)))
            .build(),
    );
    let begin = std::time::Instant::now();
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let now = || Now {
        monotonic: Instant::from_milliseconds(milliseconds(begin.elapsed())),
        wall: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, milliseconds),
    };
    let mut poller = Poller::new(Options {
        endpoint: Endpoint::custom(&endpoint)?,
        input: SessionInput {
            application_identifier: application,
            environment_identifier: environment,
            configuration_profile_identifier: profile,
            required_minimum_poll_interval_in_seconds: None,
        },
        limits,
        renews_credentials: false,
        hidden_interval: None,
        seed: now().wall,
    });

    // The core never sees the configuration's bytes: who drives it keeps them, and says whether a body is the same.
    let (mut held, mut received) = (Vec::new(), Vec::new());
    poller.handle_input(now(), Input::Start);
    loop {
        match poller.poll_output() {
            Output::Request(id, request) => {
                let input = match send(&agent, &request, &held, &mut received) {
                    Ok(response) => Input::Response(id, response),
                    Err(_) => Input::Failure(id, Failure::Network),
                };
                poller.handle_input(now(), input);
            }
            Output::Event(Event::Updated(update)) => {
                held.clone_from(&received);
                let [kind, label] = [update.content_type, update.version_label].map(|it| it.unwrap_or_else(|| "none".into()));
                println!("updated: {} bytes, {kind}, {label}\n{}", held.len(), String::from_utf8_lossy(&held));
            }
            Output::Event(Event::Failed { error, retry_at }) => {
                eprintln!("{error}; next attempt in {} ms", retry_at.since(now().monotonic));
            }
            Output::Event(Event::Unchanged | Event::StatusChanged { .. }) | Output::Cancel(_) | Output::Save(_) => {}
            Output::Timeout(None) => return Ok(()),
            Output::Timeout(Some(at)) => {
                std::thread::sleep(Duration::from_millis(at.since(now().monotonic)));
                poller.handle_input(now(), Input::Timeout);
            }
        }
    }
}

/// Sends a request, reads its answer to the end, and says what its body is.
fn send(agent: &ureq::Agent, request: &Request, held: &[u8], received: &mut Vec<u8>) -> Result<Response, ureq::Error> {
    let mut answer = match &request.body {
        Some(body) => agent.post(&request.url).content_type("application/json").send(body)?,
        None => agent.get(&request.url).call()?,
    };
    let bytes = answer.body_mut().read_to_vec()?;
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut response = Response::read(answer.status().as_u16(), header);
    if request.operation == Operation::GetLatestConfiguration && matches!(response.status, 200 | 204) {
        response.body = Some(match bytes.as_slice() {
            [] => Body::Empty,
            same if same == held => Body::Same,
            _ => Body::New,
        });
        *received = bytes;
    } else {
        response.text = String::from_utf8_lossy(&bytes).into_owned();
    }
    Ok(response)
}
