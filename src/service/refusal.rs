//! What the service refuses, and how it says so.

use crate::protocol::{request, Exception, Problem, ResourceType};
use alloc::string::String;
use alloc::vec::Vec;

/// Why a request was refused: one of the service model's four exceptions, a signature, or a request for something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// BadRequestException: an input that the model does not allow; the sentence says what it does.
    Invalid(&'static str),
    /// BadRequestException: what is wrong with the token.
    Token(Problem),
    /// ResourceNotFoundException.
    NotFound {
        /// What was not found.
        resource_type: ResourceType,
        /// Which parameters refer to it, with their values.
        referenced_by: Vec<(String, String)>,
    },
    /// ThrottlingException.
    Throttled,
    /// InternalServerException.
    Internal,
    /// There is no signature, or none that is accepted.
    Unauthenticated {
        /// The exception, as any AWS service has it.
        exception: &'static str,
        /// The sentence.
        message: String,
    },
    /// Neither of the two operations: `UnknownOperationException`, as services of this protocol have it.
    UnknownOperation,
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) | Self::Token(_) => 400,
            Self::NotFound { .. } | Self::UnknownOperation => 404,
            Self::Unauthenticated { .. } => 403,
            Self::Throttled => 429,
            Self::Internal => 500,
        }
    }

    /// The exception with all its members.
    #[must_use]
    pub fn exception(&self) -> Exception {
        let (name, message) = match self {
            Self::Invalid(message) => ("BadRequestException", *message),
            // The one sentence that is known word by word from the real service; clients judge by it.
            Self::Token(Problem::PollIntervalNotSatisfied) => ("BadRequestException", "Request too early"),
            Self::Token(Problem::Expired) => ("BadRequestException", "The configuration token has expired"),
            Self::Token(_) => ("BadRequestException", "The configuration token is not valid"),
            Self::NotFound { resource_type, .. } => ("ResourceNotFoundException", not_found(resource_type)),
            Self::Throttled => ("ThrottlingException", "Rate exceeded"),
            Self::Internal => ("InternalServerException", "There was an internal failure in the service"),
            Self::Unauthenticated { exception, message } => (*exception, message.as_str()),
            Self::UnknownOperation => (
                "UnknownOperationException",
                "Expected POST /configurationsessions or GET /configuration, the operations of AWS AppConfig Data",
            ),
        };
        let exception = Exception::new(name, message);
        match self {
            Self::Invalid(_) => exception.because("InvalidParameters"),
            Self::Token(problem) => exception.because("InvalidParameters").invalid_parameter(request::TOKEN_PARAMETER, problem),
            Self::NotFound { resource_type, referenced_by } => {
                let exception = exception.not_found(resource_type);
                referenced_by.iter().fold(exception, |exception, (parameter, value)| exception.references(parameter, value))
            }
            Self::Throttled | Self::Internal | Self::Unauthenticated { .. } | Self::UnknownOperation => exception,
        }
    }
}

fn not_found(resource_type: &ResourceType) -> &'static str {
    match resource_type {
        ResourceType::Application => "The application could not be found",
        ResourceType::ConfigurationProfile => "The configuration profile could not be found",
        ResourceType::Deployment => "Nothing was deployed to this environment yet",
        ResourceType::Environment => "The environment could not be found",
        ResourceType::Configuration => "The configuration could not be found",
        ResourceType::Other(_) => "The resource could not be found",
    }
}
