//! What only the system can provide, taken from Debian's packages.
//!
//! All that the chosen steps miss is installed at once, before the first of them: a developer
//! without the right to install has one line to pass on, not one after each step.

use std::io::{self, IsTerminal};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;

/// A program of the system, by what it is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Builds grpcurl.
    Go,
    /// Fetches buf.
    Npm,
    /// Reads the text of a letter.
    Pdftotext,
    /// Runs the Python client in an environment of its own.
    Python,
}

impl Need {
    fn packages(self) -> &'static [&'static str] {
        match self {
            Need::Go => &["golang-go"],
            Need::Npm => &["nodejs", "npm"],
            Need::Pdftotext => &["poppler-utils"],
            Need::Python => &["python3", "python3-venv"],
        }
    }

    fn is_met(self) -> bool {
        match self {
            Need::Go => command::succeeds(Command::new("go").arg("version")),
            Need::Npm => command::succeeds(Command::new("npm").arg("--version")),
            Need::Pdftotext => command::succeeds(Command::new("pdftotext").arg("-v")),
            Need::Python => python().is_some(),
        }
    }
}

/// A Python that can make environments: the developer's, or else Debian's.
pub(crate) fn python() -> Option<&'static str> {
    ["python3", "/usr/bin/python3"].into_iter().find(|python| {
        command::succeeds(Command::new(python).args(["-c", "import ensurepip, venv"]))
    })
}

/// Fails if one of `needs` is missing, naming its packages.
pub(crate) fn require(needs: &[Need]) -> Result<()> {
    let missing = missing_packages(needs);
    if !missing.is_empty() {
        bail!("missing on this system: {}", missing.join(", "));
    }
    Ok(())
}

/// Installs what is missing for `needs`, or says the line to type.
pub(crate) fn provide(needs: &[Need]) -> Result<()> {
    let missing = missing_packages(needs);
    if missing.is_empty() {
        return Ok(());
    }
    let line = install_line(&missing);
    if !command::succeeds(Command::new("apt-get").arg("--version")) {
        bail!(
            "missing on this system, which has no apt-get: what Debian calls {}",
            missing.join(", ")
        );
    }
    let Some(mut shell) = root_shell() else {
        bail!(
            "missing: {}; type this line, as root:\n  sh -c '{line}'",
            missing.join(", ")
        );
    };
    println!("installing from Debian: {}", missing.join(", "));
    command::run(shell.arg(&line))
}

fn missing_packages(needs: &[Need]) -> Vec<&'static str> {
    let mut packages = Vec::new();
    for need in needs {
        if !packages.contains(&need.packages()) && !need.is_met() {
            packages.push(need.packages());
        }
    }
    packages.concat()
}

fn install_line(packages: &[&str]) -> String {
    format!(
        "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
         --no-install-recommends {}",
        packages.join(" ")
    )
}

/// `sh -c` as root, if this user may: as root already, by sudo without a password, or by a sudo
/// that can ask for one on this terminal.
fn root_shell() -> Option<Command> {
    let is_root = command::succeeds(Command::new("sh").args(["-c", "test $(id -u) = 0"]));
    let mut shell = if is_root {
        Command::new("sh")
    } else {
        let may_sudo = command::succeeds(Command::new("sudo").args(["-n", "true"]))
            || (io::stdin().is_terminal()
                && command::succeeds(Command::new("sudo").arg("--version")));
        if !may_sudo {
            return None;
        }
        let mut sudo = Command::new("sudo");
        sudo.arg("sh");
        sudo
    };
    shell.arg("-c");
    Some(shell)
}

#[cfg(test)]
mod tests {
    use super::install_line;

    #[test]
    fn the_line_to_type_updates_before_it_installs() {
        let line = install_line(&["poppler-utils", "npm"]);
        let update = line.find("apt-get update").expect("the line updates");
        let install = line.find("apt-get install").expect("the line installs");
        assert!(update < install, "{line}");
        assert!(line.ends_with(" poppler-utils npm"), "{line}");
    }
}
