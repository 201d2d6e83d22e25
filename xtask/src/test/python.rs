//! The guide's scenario, driven by a Python client against the binary as built.
//!
//! The client is what another team would write: stubs generated from `proto/` by Python's own gRPC
//! tools, nothing shared with the Rust code.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{command, debian};

const CLIENT: &str = "tests/clients/python";

/// The scenario finds the binary by `COMPTE_PARTENAIRE` and its stubs by `PYTHONPATH`.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let python = environment(workspace)?;
    let stubs = generate_stubs(workspace, &python)?;
    command::run(&mut workspace.cargo(&["build", "--package", "server"]))?;
    let mut scenario = workspace.command(&python);
    scenario
        .env("COMPTE_PARTENAIRE", workspace.server_binary("debug"))
        .env("PYTHONPATH", stubs)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(format!("{CLIENT}/scenario.py"));
    command::run(&mut scenario)
}

/// The Python of an environment that holds the client's requirements.
fn environment(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target().join("tools/python");
    let python = folder.join("bin/python");
    let wanted = fs::read_to_string(workspace.path(CLIENT).join("requirements.txt"))
        .with_context(|| format!("cannot read {CLIENT}/requirements.txt"))?;
    // A copy of what was installed, written last: an interrupted installation starts over, and so
    // does one whose Python the system has since replaced.
    let installed = folder.join("requirements.txt");
    let is_current = fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted);
    if is_current && command::succeeds(workspace.command(&python).args(["-c", "import grpc"])) {
        return Ok(python);
    }
    println!(
        "installing the client's requirements into {}",
        folder.display()
    );
    let system = debian::python().context("no Python here can make environments")?;
    command::run(
        workspace
            .command(system)
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    // Wheels only: grpcio from source compiles for a quarter of an hour.
    let mut pip = workspace.command(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ])
    .args(["--only-binary", ":all:", "--requirement"])
    .arg(workspace.path(CLIENT).join("requirements.txt"));
    command::run(&mut pip)?;
    fs::write(&installed, wanted)
        .with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(python)
}

/// Generates the stubs anew, so that no module outlives its proto.
fn generate_stubs(workspace: &Workspace, python: &Path) -> Result<PathBuf> {
    let stubs = workspace.target().join("python-stubs");
    if stubs.exists() {
        fs::remove_dir_all(&stubs).with_context(|| format!("cannot remove {}", stubs.display()))?;
    }
    fs::create_dir_all(&stubs).with_context(|| format!("cannot create {}", stubs.display()))?;
    let root = workspace.path("proto");
    let mut protos = Vec::new();
    collect_protos(&root, &mut protos)?;
    if protos.is_empty() {
        bail!("there is no .proto file below proto/");
    }
    let mut protoc = workspace.command(python);
    protoc
        .args(["-m", "grpc_tools.protoc"])
        .arg(format!("--proto_path={}", root.display()))
        .arg(format!("--python_out={}", stubs.display()))
        .arg(format!("--grpc_python_out={}", stubs.display()))
        .args(protos);
    command::run(&mut protoc)?;
    Ok(stubs)
}

fn collect_protos(folder: &Path, protos: &mut Vec<PathBuf>) -> Result<()> {
    let unreadable = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.is_dir() {
            collect_protos(&path, protos)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            protos.push(path);
        }
    }
    protos.sort();
    Ok(())
}
