//! `cargo xtask test`: everything that must hold before a change is taken.
//!
//! The steps don't build on one another: one that fails leaves the others running, and the summary
//! tells them all. They run from the quickest answer to the slowest.

mod checks;
mod python;
mod step;
mod suite;

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::debian::{self, Need};
use crate::workspace::Workspace;
use step::Step;

#[derive(clap::Args)]
pub(crate) struct Selection {
    /// Steps to run; all of them if none is named
    #[arg(value_enum)]
    steps: Vec<Step>,
}

/// What became of a step.
struct Ended {
    step: Step,
    took: Duration,
    result: Result<()>,
}

pub(crate) fn run(selection: &Selection, workspace: &Workspace) -> Result<()> {
    let started = Instant::now();
    let steps = selection.steps();
    install_what_is_missing(&steps);
    let ended: Vec<Ended> = steps
        .into_iter()
        .map(|step| run_step(step, workspace))
        .collect();

    println!("\n== summary");
    for step in &ended {
        println!("{step}");
    }
    println!("all in {}", seconds(started.elapsed()));

    let failed: Vec<String> = ended
        .iter()
        .filter(|ended| ended.result.is_err())
        .map(|ended| ended.step.name())
        .collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

impl Selection {
    fn steps(&self) -> Vec<Step> {
        let chosen = |step: &Step| self.steps.is_empty() || self.steps.contains(step);
        Step::value_variants()
            .iter()
            .copied()
            .filter(chosen)
            .collect()
    }
}

/// A refusal here stops nobody: each step that misses something fails by itself, naming it.
fn install_what_is_missing(steps: &[Step]) {
    let needs: Vec<Need> = steps
        .iter()
        .flat_map(|step| step.needs())
        .copied()
        .collect();
    if let Err(error) = debian::provide(&needs) {
        println!("error: {error:#}");
    }
}

fn run_step(step: Step, workspace: &Workspace) -> Ended {
    println!("\n== {}: {}", step.name(), step.purpose());
    let started = Instant::now();
    let result = debian::require(step.needs()).and_then(|()| step.run(workspace));
    let ended = Ended {
        step,
        took: started.elapsed(),
        result,
    };
    println!("== {ended}");
    ended
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, took) = (self.step.name(), seconds(self.took));
        match &self.result {
            Ok(()) => write!(f, "{name:<8} ok      {took:>8}"),
            Err(error) => write!(f, "{name:<8} FAILED  {took:>8}  {error:#}"),
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
