//! What the README says to type works as it stands there, in its order, against the binary.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e2e::binary::Dev;
use e2e::eventually::eventually;

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

/// Types all blocks into one shell, which stops at the first command that fails.
fn type_in(blocks: &[String], data: &Path, listen: &str) -> Output {
    let typed = blocks.iter().enumerate();
    let marked: Vec<_> = typed
        .map(|(nth, block)| {
            format!(
                "echo '{MARK}{nth}'
{block}"
            )
        })
        .collect();
    let script = marked.join(
        "
",
    );
    Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(workspace())
        .env("GRPCURL", fs::canonicalize(grpcurl()).unwrap())
        .env("DATA", data)
        .env("LISTEN", listen)
        .output()
        .expect("the README is for a shell: bash must be there")
}

#[tokio::test]
async fn every_command_of_the_tour_works_as_it_stands_there() {
    grpcurl();
    let blocks = blocks();
    assert!(
        blocks.len() >= 8,
        "the tour has its blocks: {}",
        blocks.len()
    );
    let dev = Dev::start();
    let listen = dev.address().await;
    // A reader is slower than the first mail.
    eventually("the first mail of the demo data", async || {
        dev.mails_with("").pop()
    })
    .await;
    let typed = type_in(&blocks, &dev.data(), &listen);

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
            "the form's mistakes are readable:\n{complained}"
        );
    }
}
