//! The log: text for people or JSON for programs, on standard output, times in UTC.

use std::io::{self, IsTerminal};
use std::panic;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::{LogFormat, Logs};

/// Our own crates: the only ones that the configured level opens further than `info`. Others would
/// print what passes through them, metadata and rows among it.
const OURS: [&str; 13] = [
    "account",
    "api",
    "compte_partenaire",
    "delivery",
    "domain",
    "habilitation",
    "letters",
    "notifier",
    "passwords",
    "recovery",
    "server",
    "storage",
    "storage_sqlite",
];

/// sqlx writes every slow statement at `warn`, and every statement below it.
const QUIET: [&str; 1] = ["sqlx"];

/// Starts the log of this process.
pub fn start(settings: &Logs) -> Result<(), TryInitError> {
    let registry = tracing_subscriber::registry();
    let filter = filter(settings);
    match settings.format {
        LogFormat::Human => {
            let colours = io::stdout().is_terminal();
            let lines = tracing_subscriber::fmt::layer()
                .with_target(false)
                .with_ansi(colours);
            registry.with(lines.with_filter(filter)).try_init()?;
        }
        LogFormat::Json => {
            let lines = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_current_span(true)
                .with_span_list(false);
            registry.with(lines.with_filter(filter)).try_init()?;
        }
    }
    panic::set_hook(Box::new(|panicked| {
        let place = panicked
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let said = panicked.payload_as_str().unwrap_or_default();
        tracing::error!(place, said, "panicked");
    }));
    Ok(())
}

pub(crate) fn filter(settings: &Logs) -> Targets {
    let ours = LevelFilter::from_level(settings.level.to_tracing());
    // Filters grow with what they let through: the smaller one is the stricter.
    let theirs = ours.min(LevelFilter::INFO);
    let quiet = ours.min(LevelFilter::WARN);
    Targets::new()
        .with_default(theirs)
        .with_targets(OURS.map(|target| (target, ours)))
        .with_targets(QUIET.map(|target| (target, quiet)))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;
    use crate::config::LogLevel;

    #[test]
    fn libraries_stay_at_info_whatever_is_asked_of_us() {
        let filter = filter(&Logs {
            level: LogLevel::Trace,
            ..Logs::default()
        });
        assert!(filter.would_enable("server::layers", &Level::TRACE));
        assert!(filter.would_enable("h2::codec", &Level::INFO));
        for library in [
            "h2::codec",
            "hyper::proto",
            "lettre::transport",
            "sqlx::query",
        ] {
            assert!(!filter.would_enable(library, &Level::DEBUG), "{library}");
        }
        assert!(!filter.would_enable("sqlx::query", &Level::INFO));
    }

    #[test]
    fn a_stricter_level_holds_for_everybody() {
        let filter = filter(&Logs {
            level: LogLevel::Error,
            ..Logs::default()
        });
        for target in ["server::layers", "h2::codec", "sqlx::query"] {
            assert!(!filter.would_enable(target, &Level::WARN), "{target}");
        }
    }
}
