//! Reads settings: the defaults, then a file, then the environment.

use std::path::{Path, PathBuf};

use ::config::builder::DefaultState;
use ::config::{Config, ConfigBuilder, ConfigError, Environment, File, FileFormat};

use super::{Limits, Problem, Settings};

/// What the names of environment variables begin with: `COMPTE_PARTENAIRE__LISTEN__ADDRESS` is
/// `listen.address`.
const PREFIX: &str = "COMPTE_PARTENAIRE";
const SEPARATOR: &str = "__";

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file, or it cannot be read.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML, or a key or the type of a value is not known.
    #[error("{}", origin(path.as_deref()))]
    Form {
        /// The file, if there is one.
        path: Option<PathBuf>,
        /// What was found where.
        source: Box<ConfigError>,
    },
    /// Values that cannot be.
    #[error("{}:\n{}", origin(path.as_deref()), listed(problems))]
    Values {
        /// The file, if there is one.
        path: Option<PathBuf>,
        /// All of them.
        problems: Vec<Problem>,
    },
}

/// The settings of `file`, if one is given, under those of the environment.
pub fn load(file: Option<&Path>) -> Result<Settings, Error> {
    let text = file.map(read).transpose()?;
    let environment = Environment::with_prefix(PREFIX)
        .prefix_separator(SEPARATOR)
        .separator(SEPARATOR);
    from(file, text.as_deref(), environment)
}

pub(super) fn from(
    file: Option<&Path>,
    text: Option<&str>,
    environment: Environment,
) -> Result<Settings, Error> {
    let path = || file.map(Path::to_owned);
    let settings = rates()
        .and_then(|mut builder| {
            if let Some(text) = text {
                builder = builder.add_source(File::from_str(text, FileFormat::Toml));
            }
            builder.add_source(environment).build()
        })
        .and_then(Config::try_deserialize::<Settings>)
        .map_err(|source| Error::Form {
            path: path(),
            source: Box::new(source),
        })?;
    let problems = settings.problems();
    if problems.is_empty() {
        return Ok(settings);
    }
    Err(Error::Values {
        path: path(),
        problems,
    })
}

/// What a rate's table leaves out. Each rate has defaults of its own, so their shared type cannot
/// say them.
fn rates() -> Result<ConfigBuilder<DefaultState>, ConfigError> {
    let mut builder = Config::builder();
    for (key, rate) in Limits::default().rates() {
        builder = builder
            .set_default(format!("limits.{key}.most"), rate.most)?
            .set_default(format!("limits.{key}.window"), rate.window.to_string())?;
    }
    Ok(builder)
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

fn origin(file: Option<&Path>) -> String {
    match file {
        Some(file) => format!(
            "{}, with the environment's {PREFIX}{SEPARATOR}…",
            file.display()
        ),
        None => format!("the environment's {PREFIX}{SEPARATOR}…"),
    }
}

fn listed(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("  {problem}"))
        .collect();
    lines.join("\n")
}
