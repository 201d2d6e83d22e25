//! Turns the protos into Rust: messages, services, the access table, the descriptor.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use prost_reflect::DescriptorPool;

#[path = "build/redacted.rs"]
mod redacted;
#[path = "build/rpcs.rs"]
mod rpcs;

const ROOT: &str = "../../proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    println!("cargo::rerun-if-changed=build");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);

    let mut compiler = protox::Compiler::new([ROOT])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(protos(Path::new(ROOT))?)?;

    // Custom options survive only in these bytes, not in prost's own descriptor types.
    let descriptor = compiler.encode_file_descriptor_set();
    let pool = DescriptorPool::decode(descriptor.as_slice())?;
    fs::write(out.join("descriptor.bin"), &descriptor)?;
    fs::write(out.join("rpcs.rs"), rpcs::render(&rpcs::read(&pool)?))?;

    let secrets = redacted::messages(&pool);
    fs::write(out.join("redacted.rs"), redacted::render(&secrets))?;
    let names: Vec<String> = secrets
        .iter()
        .map(|m| format!(".{}", m.full_name()))
        .collect();

    tonic_prost_build::configure()
        // Clients take a channel from whoever calls; a `connect` of their own would want one more feature of tonic.
        .build_transport(false)
        .codec_path("crate::codec::Refusing")
        .skip_debug(&names)
        .boxed(".comptepartenaire.habilitation.v1.ReplaceAdministratorRequest.successor.new_person")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

/// Every `.proto` file below `folder`, in a stable order.
fn protos(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "proto") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
