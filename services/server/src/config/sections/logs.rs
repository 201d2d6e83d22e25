//! How the log is written.

use serde::Deserialize;
use tracing::Level;

use crate::config::choice;

/// How the log is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Logs {
    /// For people or for programs.
    #[serde(deserialize_with = "choice::read")]
    pub format: LogFormat,
    /// The least important lines that are written. Libraries never write below `info`.
    #[serde(deserialize_with = "choice::read")]
    pub level: LogLevel,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            format: LogFormat::Json,
            level: LogLevel::Info,
        }
    }
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text for people.
    Human,
    /// One JSON object, its time in UTC.
    Json,
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Failures of the service.
    Error,
    /// What an operator should look at.
    Warn,
    /// One line for each call, and what happens besides.
    Info,
    /// How things came about.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// For the log's own library.
    pub(crate) fn to_tracing(self) -> Level {
        match self {
            Self::Error => Level::ERROR,
            Self::Warn => Level::WARN,
            Self::Info => Level::INFO,
            Self::Debug => Level::DEBUG,
            Self::Trace => Level::TRACE,
        }
    }
}
