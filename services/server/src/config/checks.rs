//! What is wrong with settings, all of it at once.

use std::fmt::{self, Display};

use super::Length;

/// One value to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key, `section.key`.
    pub key: String,
    /// What is wrong with its value, and what to write instead.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.what)
    }
}

/// Collects problems, one section after the other.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    section: &'static str,
    problems: Vec<Problem>,
}

impl Checks {
    /// The section whose keys are checked from here on.
    pub(crate) fn section(&mut self, section: &'static str) -> &mut Self {
        self.section = section;
        self
    }

    /// The value of this key cannot be.
    pub(crate) fn wrong(&mut self, key: &str, what: impl Display) {
        self.problems.push(Problem {
            key: format!("{}.{key}", self.section),
            what: what.to_string(),
        });
    }

    /// The value is within its bounds, both included.
    pub(crate) fn between(&mut self, key: &str, value: u32, least: u32, most: u32) {
        if !(least..=most).contains(&value) {
            self.wrong(key, format!("{value} is not from {least} to {most}"));
        }
    }

    /// The length is not none.
    pub(crate) fn positive(&mut self, key: &str, length: Length) {
        if length == Length::ZERO {
            self.wrong(key, "must be longer than 0s");
        }
    }

    /// Everything found.
    pub(crate) fn problems(self) -> Vec<Problem> {
        self.problems
    }
}
