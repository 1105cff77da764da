//! What a client tells, as a record has it and as the core gives it.

use std::fmt;

use appconfig_edge::protocol::Operation;
use appconfig_edge::session::{Error, Limit, Status};

/// An event that JavaScript has a name for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Update { content: Option<u32>, content_type: Option<String>, version_label: Option<String> },
    Error { code: String, operation: Operation, status: u16, limit: Option<&'static str> },
    Status { status: Status, previous: Status },
}

pub(crate) const STATUSES: [(&str, Status); 5] = [
    ("idle", Status::Idle),
    ("starting", Status::Starting),
    ("ready", Status::Ready),
    ("stale", Status::Stale),
    ("stopped", Status::Stopped),
];

pub(crate) const LIMITS: [(&str, &str); 3] = [("headers", "headers"), ("idle", "idle"), ("total", "total")];

fn name(status: Status) -> &'static str {
    STATUSES.iter().find(|(_, it)| *it == status).map_or("?", |(name, _)| *name)
}

impl Told {
    pub(crate) fn error(error: &Error) -> Self {
        let limit = error.limit.map(|it| match it {
            Limit::Headers => "headers",
            Limit::Idle => "idle",
            Limit::Total => "total",
        });
        Self::Error { code: error.code.as_str().to_owned(), operation: error.operation, status: error.status, limit }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Update { content, content_type, version_label } => {
                write!(f, "update to content {}", content.map_or("?".to_owned(), |it| it.to_string()))?;
                write!(f, ", {}", content_type.as_deref().unwrap_or("no content type"))?;
                version_label.iter().try_for_each(|it| write!(f, ", version {it}"))
            }
            Self::Error { code, operation, status, limit } => {
                write!(f, "error {code} ({}", operation.name())?;
                if *status != 0 {
                    write!(f, ", HTTP {status}")?;
                }
                limit.iter().try_for_each(|it| write!(f, ", {it}"))?;
                f.write_str(")")
            }
            Self::Status { status, previous } => write!(f, "status {} after {}", name(*status), name(*previous)),
        }
    }
}
