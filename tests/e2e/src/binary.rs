//! The binary as built, started as a person starts it: `compte-partenaire dev`.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

use crate::eventually::within;

/// It makes its first partners before it tells where it listens.
const START: Duration = Duration::from_mins(1);

/// A running `dev` on a folder of its own; it is killed when this is dropped.
pub struct Dev {
    folder: TempDir,
    process: Child,
}

impl Dev {
    /// Starts it on a new folder, its log as detailed as it can be.
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let process = run(folder.path());
        Self { folder, process }
    }

    /// Kills it as a power cut does, and starts it again on the same folder.
    pub fn kill_and_start_again(&mut self) {
        self.kill();
        let _ = fs::remove_file(self.data().join("demo.json"));
        self.process = run(self.folder.path());
    }

    /// Kills it as a power cut does.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        data(self.folder.path())
    }

    /// What it printed so far.
    pub fn log(&self) -> String {
        fs::read_to_string(log(self.folder.path())).unwrap()
    }

    /// What stands in `demo.json`, once it does.
    pub async fn demo(&self) -> serde_json::Value {
        let path = self.data().join("demo.json");
        within(START, "demo.json", async || {
            serde_json::from_str(&fs::read_to_string(&path).ok()?).ok()
        })
        .await
    }

    /// Where it listens.
    pub async fn address(&self) -> String {
        self.demo().await["listen"].as_str().unwrap().to_owned()
    }

    /// A connection to it.
    pub async fn connect(&self) -> Channel {
        let address = format!("http://{}", self.address().await);
        Endpoint::from_shared(address)
            .unwrap()
            .connect()
            .await
            .unwrap()
    }

    /// The mails in its outbox that hold that text in clear.
    pub fn mails_with(&self, text: &str) -> Vec<String> {
        let files = fs::read_dir(self.data().join("outbox/mail"));
        let files = files.into_iter().flatten().filter_map(Result::ok);
        let mails = files.filter(|file| file.path().extension().is_some_and(|e| e == "eml"));
        mails
            .filter_map(|file| fs::read_to_string(file.path()).ok())
            .filter(|mail| mail.contains(text))
            .collect()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        self.kill();
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("dev")
}

fn log(folder: &Path) -> PathBuf {
    folder.join("log")
}

fn run(folder: &Path) -> Child {
    let out = File::options()
        .create(true)
        .append(true)
        .open(log(folder))
        .unwrap();
    let mut dev = Command::new(path());
    dev.arg("dev")
        .arg("--data-dir")
        .arg(data(folder))
        .args(["--listen", "127.0.0.1:0"]);
    dev.env("COMPTE_PARTENAIRE__LOGS__LEVEL", "trace");
    dev.stderr(out.try_clone().unwrap())
        .stdout(Stdio::from(out))
        .spawn()
        .unwrap()
}

/// Where it is: told, or where cargo puts it beside the tests.
fn path() -> PathBuf {
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
