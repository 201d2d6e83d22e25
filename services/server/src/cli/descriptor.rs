//! `descriptor`

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::descriptor::protoset;

/// Write the protos as a protoset, for clients that do not use reflection
///
/// An encoded google.protobuf.FileDescriptorSet with comments, options, and google.rpc's error
/// details: `grpcurl -protoset compte-partenaire.protoset …`.
#[derive(Debug, Args)]
pub(super) struct Descriptor {
    /// The file to write; standard output if none is given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Descriptor {
    pub(super) fn run(self) -> Result<()> {
        let protoset = protoset()?;
        match self.out {
            Some(path) => {
                let failed = || format!("cannot write {}", path.display());
                fs::write(&path, protoset).with_context(failed)?;
            }
            None => io::stdout().write_all(&protoset)?,
        }
        Ok(())
    }
}
