//! Who lives in a `dev`: « LES OLIVIERS » and two landlords, made through the service itself.
//!
//! Provisioning only adds, so a `dev` that goes on with what is there finds the same people again.

mod people;
mod tour;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use api::partner::v1::partner_service_client::PartnerServiceClient;
use api::partner::v1::{ProvisionPartnerRequest, ProvisionPartnerResponse};
use api::r#type::v1::{HousingType, scope};
use serde::Serialize;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};

pub(crate) use tour::tour;

/// Whoever provisions the demo, as the audit tells it.
const AGENT: &str = "dev-demo";

/// How long the service just started may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What `demo.json` holds.
#[derive(Debug, Serialize)]
pub(crate) struct Demo {
    listen: String,
    les_oliviers: Provisioned,
    durand: Provisioned,
    petit: Provisioned,
}

/// One partner of the demo.
#[derive(Debug, Serialize)]
struct Provisioned {
    partner_id: String,
    agreement_id: String,
    groups: Vec<Group>,
    administrator: Administrator,
}

#[derive(Debug, Serialize)]
struct Group {
    #[serde(rename = "group_id")]
    id: String,
    housing_type: String,
    zone_code: String,
}

#[derive(Debug, Serialize)]
struct Administrator {
    account_id: String,
    identifier: String,
    user_number: String,
    email: String,
    /// Whether a password of their own replaced the provisional one.
    #[serde(skip)]
    connected: bool,
}

impl Demo {
    /// Provisions everyone through the service that listens there.
    pub(crate) async fn provision(listen: SocketAddr) -> Result<Self> {
        let channel = Endpoint::from_shared(format!("http://{listen}"))?
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .connect()
            .await
            .context("the service just started does not answer")?;
        Ok(Self {
            listen: listen.to_string(),
            les_oliviers: provision(&channel, people::les_oliviers()).await?,
            durand: provision(&channel, people::durand()).await?,
            petit: provision(&channel, people::petit()).await?,
        })
    }

    /// Writes `demo.json`, for scripts.
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)? + "\n";
        replace(file, json.as_bytes()).with_context(|| format!("cannot write {}", file.display()))
    }
}

/// Writes beside the file, then renames: a script never reads half of it. It is its owner's alone,
/// because the data folder may have been made by another, with wider rights.
fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = file.with_extension("part");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?
        .write_all(content)?;
    fs::rename(&unfinished, file)
}

async fn provision(channel: &Channel, asked: ProvisionPartnerRequest) -> Result<Provisioned> {
    let name = asked.name.clone();
    let mut request = tonic::Request::new(asked);
    request
        .metadata_mut()
        .insert("caf-agent", MetadataValue::from_static(AGENT));
    let made = PartnerServiceClient::new(channel.clone())
        .provision_partner(request)
        .await;
    let made = made
        .with_context(|| format!("cannot provision {name}"))?
        .into_inner();
    Provisioned::of(made).with_context(|| format!("the answer about {name} is incomplete"))
}

impl Provisioned {
    fn of(made: ProvisionPartnerResponse) -> Option<Self> {
        let administrator = made.administrator?;
        let group = |group: api::partner::v1::Group| {
            let scope::Kind::Housing(housing) = group.scope?.kind?;
            let kind = HousingType::try_from(housing.housing_type).ok()?;
            let kind = kind.as_str_name().strip_prefix("HOUSING_TYPE_")?;
            Some(Group {
                id: group.group_id,
                housing_type: kind.to_owned(),
                zone_code: housing.zone_code,
            })
        };
        Some(Self {
            partner_id: made.partner?.partner_id,
            agreement_id: made.agreements.into_iter().next()?.agreement_id,
            groups: made.groups.into_iter().map(group).collect::<Option<_>>()?,
            administrator: Administrator {
                account_id: administrator.account_id,
                identifier: administrator.identifier,
                user_number: administrator.user_number,
                email: administrator.email,
                connected: administrator.first_connection_time.is_some(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;

    #[test]
    fn the_demo_file_is_its_owners_alone_in_a_folder_open_to_all() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let file = folder.path().join("demo.json");
        fs::write(&file, "of an earlier run, and longer").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(folder.path().join("demo.part"), "of a run cut short").unwrap();

        replace(&file, b"{}\n").unwrap();

        assert_eq!(fs::read(&file).unwrap(), b"{}\n");
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn whoever_reads_the_demo_file_keeps_a_whole_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("demo.json");
        replace(&file, b"first\n").unwrap();
        let mut reader = fs::File::open(&file).unwrap();
        replace(&file, b"second\n").unwrap();
        assert_eq!(io::read_to_string(&mut reader).unwrap(), "first\n");
    }
}
