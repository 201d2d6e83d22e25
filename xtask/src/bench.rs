//! `cargo xtask bench`: a release build measured by `tests/load`.

use anyhow::Result;

use crate::command;
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub(crate) struct Scenario {
    /// Name of a scenario of tests/load
    name: String,
    /// What the scenario takes besides, as `--option value`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

pub(crate) fn run(scenario: &Scenario, workspace: &Workspace) -> Result<()> {
    // On its own: what is measured is what is shipped, without features that only `load` asks for.
    command::run(&mut workspace.cargo(&["build", "--release", "--package", "server"]))?;
    let mut load = workspace.cargo(&["run", "--release", "--package", "load", "--"]);
    load.arg(&scenario.name)
        .arg("--server")
        .arg(workspace.server_binary("release"))
        .args(&scenario.options);
    command::run(&mut load)
}
