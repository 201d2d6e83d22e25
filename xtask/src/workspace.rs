//! Where things are: the workspace's root and what a build leaves below it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace this program was compiled in.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    pub(crate) fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("xtask is a folder of the workspace's root");
        Self {
            root: root.to_path_buf(),
        }
    }

    pub(crate) fn path(&self, below_root: &str) -> PathBuf {
        self.root.join(below_root)
    }

    /// Cargo's target folder, wherever the developer keeps it.
    pub(crate) fn target(&self) -> PathBuf {
        let chosen = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        self.root.join(chosen)
    }

    /// The service as `cargo build --package server` leaves it.
    pub(crate) fn server_binary(&self, profile_folder: &str) -> PathBuf {
        self.target().join(profile_folder).join("compte-partenaire")
    }

    /// A command started at the workspace's root.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.root);
        command
    }

    /// `cargo <arguments>`, as if typed in a terminal.
    ///
    /// `cargo run` describes xtask's own package in the environment. Build scripts that watch these
    /// variables would run again at each change between `cargo xtask` and plain `cargo`.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        for (name, _) in env::vars_os() {
            let of_this_package = name.to_str().is_some_and(|name| {
                name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
            });
            if of_this_package {
                command.env_remove(name);
            }
        }
        command
    }
}
