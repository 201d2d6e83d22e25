//! All Rust tests of the workspace.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{command, tools};

/// Tests find grpcurl by `GRPCURL`, pdftotext on the path.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let grpcurl = tools::grpcurl(workspace)?;
    let mut test = workspace.cargo(&["test", "--workspace", "--no-fail-fast"]);
    command::run(test.env("GRPCURL", grpcurl))
}
