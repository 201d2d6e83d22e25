//! The binary as an operator meets it.
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of a test may fail as the test does"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_compte-partenaire");
const EXAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/compte-partenaire.example.toml"
);

fn compte_partenaire(arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    compte_partenaire(arguments).output().unwrap()
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A process that is ended with the test.
struct Started {
    child: Child,
    lines: Receiver<String>,
}

/// Longer than any start takes.
const PATIENCE: Duration = Duration::from_secs(20);

impl Started {
    fn new(arguments: &[&str]) -> Self {
        let mut child = compte_partenaire(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (said, lines) = mpsc::channel();
        // Reads on after the test has heard enough, so that the process never waits to be read.
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = said.send(line);
            }
        });
        Self { child, lines }
    }

    /// Reads what it says until it says this.
    fn line_with(&mut self, words: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let line = self
                .lines
                .recv_timeout(end.saturating_duration_since(Instant::now()));
            match line {
                Ok(line) if line.contains(words) => return line,
                Ok(_) => {}
                Err(error) => panic!("{words:?} was not said: {error}"),
            }
        }
    }

    /// Where it listens, once it does.
    fn address(&mut self) -> String {
        let line = self.line_with("listening");
        let start = line.find("127.0.0.1:").unwrap();
        let address: String = line[start..]
            .chars()
            .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ':'))
            .collect();
        address
    }

    fn terminate(&mut self) -> Option<i32> {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A configuration whose files lie in a folder of its own.
fn configuration(more: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let place = text(folder.path());
    let config = folder.path().join("tested.toml");
    let content = format!(
        "[listen]\naddress = \"127.0.0.1:0\"\n\
         [database]\npath = \"{place}/tested.db\"\n\
         [keys]\nserver_key_file = \"{place}/server.key\"\n\
         [mail]\ntransport = \"folder\"\nfolder = \"{place}/mail\"\n\
         [letters]\nfolder = \"{place}/letters\"\n\
         [transport]\ndrain_announced = \"0s\"\n{more}"
    );
    fs::write(&config, content).unwrap();
    (folder, config)
}

fn make_key(folder: &Path) {
    let path = folder.join("server.key");
    let line = format!("(umask 077; head -c 32 /dev/urandom > {})", text(&path));
    assert!(
        Command::new("sh")
            .args(["-c", &line])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn help_tells_what_each_command_is_for() {
    let (code, help, _) = told(&run(&["--help"]));
    assert_eq!(code, Some(0));
    for command in [
        "dev",
        "serve",
        "migrate",
        "check-config",
        "healthcheck",
        "descriptor",
    ] {
        assert!(help.contains(command), "{command}: {help}");
        let (code, help, _) = told(&run(&[command, "--help"]));
        assert_eq!(code, Some(0), "{command}");
        assert!(
            help.contains("Usage:") && help.len() > 300,
            "{command}: {help}"
        );
    }
}

#[test]
fn the_example_configuration_is_in_order() {
    let (code, said, _) = told(&run(&["check-config", "--config", EXAMPLE]));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("in order"));
}

#[test]
fn wrong_values_are_named_by_their_keys_all_at_once() {
    let (_folder, config) = configuration("streams = 0\nping = \"0s\"\n");
    let (code, _, error) = told(&run(&["check-config", "--config", text(&config)]));
    assert_eq!(code, Some(1));
    assert!(
        error.contains("transport.streams") && error.contains("transport.ping"),
        "{error}"
    );
    assert!(error.contains(text(&config)), "{error}");

    let (_folder, config) = configuration("stream = 5\n");
    let (code, _, error) = told(&run(&["check-config", "--config", text(&config)]));
    assert_eq!(code, Some(1));
    assert!(
        error.contains("`stream`") && error.contains("`streams`"),
        "{error}"
    );

    let (code, _, error) = told(&run(&["check-config", "--config", "/nowhere/at/all.toml"]));
    assert_eq!(code, Some(1));
    assert!(error.contains("/nowhere/at/all.toml"), "{error}");
}

#[test]
fn what_is_wrong_is_said_once() {
    let (folder, config) = configuration("streams = \"many\"\n");
    let (code, _, error) = told(&run(&["check-config", "--config", text(&config)]));
    assert_eq!(code, Some(1));
    assert_eq!(error.matches("transport.streams").count(), 1, "{error}");

    let absent = folder.path().join("absent.toml");
    let (_, _, error) = told(&run(&["check-config", "--config", text(&absent)]));
    assert_eq!(error.matches("No such file").count(), 1, "{error}");

    let (_, _, error) = told(&run(&["healthcheck", "--listen", "127.0.0.1:1"]));
    assert_eq!(error.matches("tcp connect error").count(), 1, "{error}");
}

#[test]
fn beyond_loopback_serve_refuses_and_says_why() {
    let (folder, config) = configuration("");
    make_key(folder.path());
    let wide = compte_partenaire(&["serve", "--config", text(&config)])
        .env("COMPTE_PARTENAIRE__LISTEN__ADDRESS", "0.0.0.0:50051")
        .output()
        .unwrap();
    let wide_config = folder.path().join("wide.toml");
    let content = fs::read_to_string(&config).unwrap();
    fs::write(
        &wide_config,
        content.replace("127.0.0.1:0", "0.0.0.0:50051"),
    )
    .unwrap();
    for output in [wide, run(&["serve", "--config", text(&wide_config)])] {
        let (code, _, error) = told(&output);
        assert_eq!(code, Some(1));
        assert!(
            error.contains("listen.address") && error.contains("not authenticated"),
            "{error}"
        );
    }
    assert!(!folder.path().join("tested.db").exists());
}

#[test]
fn serve_wants_a_key_and_a_database_and_says_how_to_make_them() {
    let (folder, config) = configuration("");
    let serve = ["serve", "--config", text(&config)];
    let (code, _, error) = told(&run(&serve));
    assert_eq!(code, Some(1));
    assert!(error.contains("head -c 32 /dev/urandom"), "{error}");

    make_key(folder.path());
    let (code, _, error) = told(&run(&serve));
    assert_eq!(code, Some(1));
    assert!(error.contains("migrate"), "{error}");
}

#[test]
fn sigterm_drains_with_exit_0_and_healthcheck_tells_before_and_after() {
    let (folder, config) = configuration("");
    make_key(folder.path());
    let (code, said, error) = told(&run(&["migrate", "--config", text(&config)]));
    assert_eq!(
        (code, said.contains("up to date")),
        (Some(0), true),
        "{error}"
    );

    let mut serve = Started::new(&["serve", "--config", text(&config)]);
    let address = serve.address();
    serve.line_with("holds every role");
    let (code, said, error) = told(&run(&["healthcheck", "--listen", &address]));
    assert_eq!((code, said.trim()), (Some(0), "SERVING"), "{error}");
    let delivery = run(&["healthcheck", "--listen", &address, "--service", "delivery"]);
    assert_eq!(told(&delivery).0, Some(0));
    let unknown = run(&[
        "healthcheck",
        "--listen",
        &address,
        "--service",
        "no.such.Service",
    ]);
    assert_eq!(told(&unknown).0, Some(1));

    assert_eq!(serve.terminate(), Some(0));
    let (code, _, error) = told(&run(&["healthcheck", "--listen", &address]));
    assert_eq!(code, Some(1));
    assert!(error.contains(&address), "{error}");
}

#[test]
fn dev_goes_on_where_it_was_and_runs_once_on_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("dev");
    let dev = ["dev", "--data-dir", text(&data), "--listen", "127.0.0.1:0"];
    let mut first = Started::new(&dev);
    first.address();
    let key = fs::read(data.join("server.key")).unwrap();

    for arguments in [dev.as_slice(), &[&dev[..], &["--fresh"]].concat()] {
        let (code, _, error) = told(&run(arguments));
        assert_eq!(code, Some(1), "{arguments:?}");
        assert!(
            error.contains("another process") && error.contains(text(&data)),
            "{error}"
        );
    }
    assert_eq!(first.terminate(), Some(0));

    let mut again = Started::new(&dev);
    again.address();
    assert_eq!(fs::read(data.join("server.key")).unwrap(), key);
    assert_eq!(again.terminate(), Some(0));

    let mut fresh = Started::new(&[&dev[..], &["--fresh"]].concat());
    fresh.address();
    assert_ne!(fs::read(data.join("server.key")).unwrap(), key);
}

#[test]
fn a_fresh_start_that_cannot_listen_removes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("server.key");
    fs::write(&key, "of an earlier run").unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for listen in [taken.as_str(), "0.0.0.0:0"] {
        let data = text(folder.path());
        let (code, _, error) = told(&run(&[
            "dev",
            "--fresh",
            "--data-dir",
            data,
            "--listen",
            listen,
        ]));
        assert_eq!(code, Some(1), "{listen}");
        assert!(error.contains(listen), "{error}");
        assert_eq!(fs::read(&key).unwrap(), b"of an earlier run");
    }
}

#[test]
fn the_protoset_is_written_where_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compte-partenaire.protoset");
    let (code, _, error) = told(&run(&["descriptor", "--out", text(&path)]));
    assert_eq!(code, Some(0), "{error}");
    let written = fs::read(&path).unwrap();
    assert_eq!(run(&["descriptor"]).stdout, written);
    assert!(written.len() > 10_000);
}
