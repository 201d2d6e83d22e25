//! The steps: their names, what they need of the system, in which order they run.

use anyhow::Result;
use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::debian::Need;
use crate::test::{checks, python, suite};
use crate::workspace::Workspace;

/// One independent part of `cargo xtask test`, named as on its command line.
///
/// They run in this order: the quickest answers first, cargo-deny last because it may have to be
/// compiled and seldom has news.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Formatting
    Fmt,
    /// No ring in what is built
    Ring,
    /// The protos' lints
    Buf,
    /// Clippy, warnings denied
    Clippy,
    /// All tests of the workspace
    Tests,
    /// The Python client against the real binary
    Python,
    /// Licences, sources and bans of the dependencies
    Deny,
}

impl Step {
    pub(crate) fn name(self) -> String {
        self.described().get_name().to_owned()
    }

    pub(crate) fn purpose(self) -> String {
        let described = self.described();
        described
            .get_help()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    fn described(self) -> PossibleValue {
        self.to_possible_value()
            .expect("no step is hidden from the command line")
    }

    pub(crate) fn needs(self) -> &'static [Need] {
        match self {
            Step::Fmt | Step::Ring | Step::Clippy | Step::Deny => &[],
            Step::Buf => &[Need::Npm],
            Step::Tests => &[Need::Go, Need::Pdftotext],
            Step::Python => &[Need::Python, Need::Pdftotext],
        }
    }

    pub(crate) fn run(self, workspace: &Workspace) -> Result<()> {
        match self {
            Step::Fmt => checks::fmt(workspace),
            Step::Ring => checks::ring(workspace),
            Step::Buf => checks::buf(workspace),
            Step::Clippy => checks::clippy(workspace),
            Step::Tests => suite::run(workspace),
            Step::Python => python::run(workspace),
            Step::Deny => checks::deny(workspace),
        }
    }
}
