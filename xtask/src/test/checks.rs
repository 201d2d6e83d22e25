//! The steps that read and judge, and run nothing of the service.

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use crate::{command, tools};

pub(crate) fn fmt(workspace: &Workspace) -> Result<()> {
    command::run(&mut workspace.cargo(&["fmt", "--all", "--", "--check"]))
}

pub(crate) fn clippy(workspace: &Workspace) -> Result<()> {
    command::run(&mut workspace.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny=warnings",
    ]))
}

pub(crate) fn buf(workspace: &Workspace) -> Result<()> {
    let buf = tools::buf(workspace)?;
    command::run(workspace.command(buf).arg("lint"))
}

pub(crate) fn deny(workspace: &Workspace) -> Result<()> {
    let mut deny = workspace.command(tools::cargo_deny(workspace)?);
    deny.args([
        "--log-level",
        "warn",
        "check",
        "bans",
        "licenses",
        "sources",
    ]);
    command::run(&mut deny)
}

/// ring may stand in Cargo.lock, where optional dependencies are listed whether or not anything
/// asks for them; it must not be compiled, on any platform.
pub(crate) fn ring(workspace: &Workspace) -> Result<()> {
    let tree = command::output(&mut workspace.cargo(&[
        "tree",
        "--workspace",
        "--target=all",
        "--prefix=none",
        "--format={p}",
    ]))?;
    if !builds(&tree, "ring") {
        return Ok(());
    }
    command::run(&mut workspace.cargo(&["tree", "--workspace", "--target=all", "--invert=ring"]))?;
    bail!("ring would be built (see above); rustls runs on aws-lc-rs")
}

/// Whether the crate stands in `tree`, one `name vX.Y.Z` a line.
fn builds(tree: &str, name: &str) -> bool {
    tree.lines()
        .any(|line| line.split(' ').next() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::builds;

    #[test]
    fn a_crate_is_told_from_those_whose_names_hold_its_own() {
        let tree = "server v0.1.0 (/srv)\nring-compat v0.8.0\nstring v1.0.0";
        assert!(!builds(tree, "ring"));
        assert!(builds(&format!("{tree}\nring v0.17.14 (*)"), "ring"));
    }
}
