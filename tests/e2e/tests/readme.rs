//! What the README says to type works as it stands there, in its order, against the binary.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use e2e::eventually::within;
use tempfile::TempDir;

/// The binary makes its first partners before it answers.
const START: Duration = Duration::from_secs(60);

/// Printed before each block, to tell which one said what.
const MARK: &str = "#### block ";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The blocks of the README that are meant for a shell.
fn blocks() -> Vec<String> {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let parts = readme.split("\n```sh\n").skip(1);
    parts
        .map(|part| part.split("\n```").next().unwrap().to_owned())
        .collect()
}

fn grpcurl() -> PathBuf {
    let told = env::var_os("GRPCURL")
        .map(PathBuf::from)
        .filter(|path| path.exists());
    told.expect(
        "GRPCURL must be the path of grpcurl. Type: cargo xtask test tests; \
         or, once that has run: GRPCURL=$(ls target/tools/grpcurl-*/grpcurl) cargo test -p e2e",
    )
}

/// The binary: told, or where cargo puts it beside the tests.
fn binary() -> PathBuf {
    let beside = || {
        let test = env::current_exe().unwrap();
        test.parent()
            .unwrap()
            .parent()
            .unwrap()
            .join("compte-partenaire")
    };
    let path = env::var_os("COMPTE_PARTENAIRE").map_or_else(beside, PathBuf::from);
    assert!(
        path.exists(),
        "there is no {}. Type: cargo build -p server",
        path.display()
    );
    path
}

/// A running `dev`, ended when this is dropped.
struct Dev(Child);

impl Dev {
    fn start(data: &Path) -> Self {
        let mut dev = Command::new(binary());
        dev.arg("dev")
            .arg("--data-dir")
            .arg(data)
            .args(["--listen", "127.0.0.1:0"]);
        Self(dev.stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Types all blocks into one shell, which stops at the first command that fails.
fn type_in(blocks: &[String], data: &Path, listen: &str) -> Output {
    let mut script = String::from("set -euo pipefail\n");
    for (nth, block) in blocks.iter().enumerate() {
        script.push_str(&format!("echo '{MARK}{nth}'\n{block}\n"));
    }
    Command::new("bash")
        .arg("-c")
        .arg(script)
        .current_dir(workspace())
        .env("GRPCURL", grpcurl())
        .env("DATA", data)
        .env("LISTEN", listen)
        .output()
        .expect("the README is for a shell: bash must be there")
}

/// Where `dev` listens, once everything is made and the first mail has left: a reader is slower.
async fn listening(data: &Path) -> String {
    let mails = data.join("outbox/mail");
    within(START, "the first mail of the demo data", async || {
        let names = fs::read_dir(&mails).ok()?.filter_map(Result::ok);
        let mut mails = names.filter(|file| file.path().extension().is_some_and(|e| e == "eml"));
        mails.next()
    })
    .await;
    within(START, "demo.json to be written", async || {
        let told = fs::read_to_string(data.join("demo.json")).ok()?;
        let told: serde_json::Value = serde_json::from_str(&told).ok()?;
        Some(told["listen"].as_str()?.to_owned())
    })
    .await
}

#[tokio::test]
async fn every_command_of_the_tour_works_as_it_stands_there() {
    let blocks = blocks();
    assert!(
        blocks.len() >= 8,
        "the tour has its blocks: {}",
        blocks.len()
    );
    grpcurl();
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("dev");
    let _dev = Dev::start(&data);
    let listen = listening(&data).await;
    let typed = type_in(&blocks, &data, &listen);

    let said = String::from_utf8_lossy(&typed.stdout);
    let complained = String::from_utf8_lossy(&typed.stderr);
    let last = said.rsplit(MARK).next().unwrap_or_default();
    assert!(
        typed.status.success(),
        "{} in block {last}\n{complained}",
        typed.status
    );
    // What the reader is promised to see.
    for promised in [
        "comptepartenaire.session.v1.SessionService",
        "NEXT_STEP_CHANGE_PASSWORD",
        "ROLE_MANAGER",
        "\"allowed\": true",
        "DENIAL_NOT_A_MEMBER",
        ".pdf",
        "ROLE_ADMINISTRATOR",
    ] {
        assert!(
            said.contains(promised),
            "the tour never shows {promised}:\n{said}\n{complained}"
        );
    }
    for told in ["account.family_name", "account.email_confirmation"] {
        assert!(
            complained.contains(told),
            "the mistakes of the form are readable: {complained}"
        );
    }
}
