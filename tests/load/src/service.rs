//! The binary under measure: its folder, its process, and what the system says of it.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use domain::{OsRandom, Random};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// How long a start, a stop or a message may take before the benchmark gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Hashing threads of the service under measure.
pub(crate) const HASHING_THREADS: u32 = 2;

/// A folder with a migrated database, a key and a configuration.
pub(crate) struct Installation {
    server: PathBuf,
    folder: TempDir,
    address: SocketAddr,
}

/// A running service.
pub(crate) struct Service {
    child: Child,
    /// A connection to it.
    pub(crate) channel: Channel,
    /// From the start of the process to its first SERVING.
    pub(crate) started_in: Duration,
}

impl Installation {
    /// Makes one, with `settings` beside those of its folder.
    pub(crate) async fn make(server: &Path) -> Result<Self> {
        let server = server
            .canonicalize()
            .with_context(|| format!("no binary at {}", server.display()))?;
        let folder = tempfile::tempdir()?;
        // Taken and given back: nothing else asks for ports in these milliseconds.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let installation = Self {
            server,
            folder,
            address,
        };
        installation.write_key()?;
        fs::write(installation.config(), installation.settings())?;
        let migrated = installation.command("migrate").status().await?;
        ensure!(migrated.success(), "migrate failed");
        Ok(installation)
    }

    fn write_key(&self) -> Result<()> {
        let mut key = [0; 32];
        OsRandom.fill(&mut key);
        let path = self.path("server.key");
        let mut options = fs::OpenOptions::new();
        options.create_new(true).write(true).mode(0o600);
        options.open(path)?.write_all(&key)?;
        Ok(())
    }

    fn settings(&self) -> String {
        format!(
            "listen.address = \"{address}\"\n\
             database.path = '{database}'\n\
             keys.server_key_file = '{key}'\n\
             hashing.threads = {HASHING_THREADS}\n\
             mail.transport = \"folder\"\n\
             mail.folder = '{mail}'\n\
             letters.folder = '{letters}'\n\
             logs.level = \"warn\"\n",
            address = self.address,
            database = self.path("compte-partenaire.db").display(),
            key = self.path("server.key").display(),
            mail = self.mail().display(),
            letters = self.letters().display(),
        )
    }

    /// Starts the service and waits for its first SERVING.
    pub(crate) async fn start(&self) -> Result<Service> {
        let begun = Instant::now();
        let child = self.command("serve").kill_on_drop(true).spawn()?;
        let channel = Endpoint::from_shared(format!("http://{}", self.address))?.connect_lazy();
        let mut health = HealthClient::new(channel.clone());
        while health.check(HealthCheckRequest::default()).await.is_err() {
            ensure!(begun.elapsed() < PATIENCE, "the service does not answer");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Service {
            child,
            channel,
            started_in: begun.elapsed(),
        })
    }

    /// Where e-mails land.
    pub(crate) fn mail(&self) -> PathBuf {
        self.path("mail")
    }

    /// Where letters land.
    pub(crate) fn letters(&self) -> PathBuf {
        self.path("letters")
    }

    fn config(&self) -> PathBuf {
        self.path("compte-partenaire.toml")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.server);
        command.arg(name).arg("--config").arg(self.config());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

impl Service {
    /// Resident memory, in MiB, as the system counts it.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let id = self.child.id().context("the service has ended")?;
        let status = fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kib: f64 = kib.context("the system tells no VmRSS")?.trim().parse()?;
        Ok(kib / 1024.0)
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// Asks again until there is an answer, or patience ends.
pub(crate) async fn eventually<T>(
    what: &str,
    mut ask: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        ensure!(begun.elapsed() < PATIENCE, "no {what} after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The files of a folder that end like that.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect()
}
