//! All Rust tests of the workspace.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{command, tools};

/// Tests find grpcurl by `GRPCURL`, the binary by `COMPTE_PARTENAIRE`, pdftotext on the path.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let grpcurl = tools::grpcurl(workspace)?;
    command::run(&mut workspace.cargo(&["build", "--package", "server"]))?;
    let mut test = workspace.cargo(&["test", "--workspace", "--no-fail-fast"]);
    test.env("GRPCURL", grpcurl)
        .env("COMPTE_PARTENAIRE", workspace.server_binary("debug"));
    command::run(&mut test)
}
