//! Tools at pinned versions, below `target/tools`.
//!
//! Each stands in a folder named by its version and appears there whole or not at all: it is made
//! in a folder beside it and renamed at the end, so that an interrupted download leaves nothing
//! that looks ready.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command;
use crate::workspace::Workspace;

const BUF: &str = "1.75.0";
const CARGO_DENY: &str = "0.20.2";
/// The newest that Debian 12's Go 1.19 compiles.
const GRPCURL: &str = "1.8.9";

/// Lints the protos.
pub(crate) fn buf(workspace: &Workspace) -> Result<PathBuf> {
    let folder = provide(workspace, "buf", BUF, |folder| {
        // Install scripts stay off: the package holds the program, nothing needs to run.
        let mut npm = workspace.command("npm");
        npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
            .arg("--prefix")
            .arg(folder)
            .arg(format!("@bufbuild/buf@{BUF}"));
        command::run(&mut npm)
    })?;
    Ok(folder.join("node_modules/.bin/buf"))
}

/// Judges dependencies: licences, sources, bans.
pub(crate) fn cargo_deny(workspace: &Workspace) -> Result<PathBuf> {
    let folder = provide(workspace, "cargo-deny", CARGO_DENY, |folder| {
        let build = workspace.target().join("tools/.cargo-deny-build");
        // Its release profile (fat LTO, one codegen unit) makes a program that runs for a second
        // take many minutes to compile.
        let mut install = workspace.cargo(&["install", "--locked", "--version", CARGO_DENY]);
        install
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .arg("--root")
            .arg(folder)
            .arg("--target-dir")
            .arg(&build)
            .arg("cargo-deny");
        command::run(&mut install)?;
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))
    })?;
    Ok(folder.join("bin/cargo-deny"))
}

/// Speaks gRPC on the command line; the tests follow the README with it.
pub(crate) fn grpcurl(workspace: &Workspace) -> Result<PathBuf> {
    let folder = provide(workspace, "grpcurl", GRPCURL, |folder| {
        let mut go = workspace.command("go");
        go.env("GOBIN", folder)
            .env("CGO_ENABLED", "0")
            .args(["install", "-ldflags"])
            .arg(format!("-s -w -X main.version=v{GRPCURL}"))
            .arg(format!(
                "github.com/fullstorydev/grpcurl/cmd/grpcurl@v{GRPCURL}"
            ));
        command::run(&mut go)
    })?;
    Ok(folder.join("grpcurl"))
}

fn provide(
    workspace: &Workspace,
    name: &str,
    version: &str,
    make: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let tools = workspace.target().join("tools");
    let folder = tools.join(format!("{name}-{version}"));
    if folder.exists() {
        return Ok(folder);
    }
    println!("installing {name} {version} into {}", folder.display());
    let unfinished = tools.join(format!(".{name}-{version}"));
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .with_context(|| format!("cannot remove {}", unfinished.display()))?;
    }
    fs::create_dir_all(&unfinished)
        .with_context(|| format!("cannot create {}", unfinished.display()))?;
    make(&unfinished).with_context(|| format!("cannot install {name} {version}"))?;
    fs::rename(&unfinished, &folder)
        .with_context(|| format!("cannot move {name} to {}", folder.display()))?;
    Ok(folder)
}
