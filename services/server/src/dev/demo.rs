//! Who lives in a `dev`: « LES OLIVIERS » and two landlords, made through the service itself.
//!
//! Provisioning only adds, so a `dev` that goes on with what is there finds the same people again.

mod people;
mod tour;

use std::net::SocketAddr;
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
        let json = serde_json::to_string_pretty(self)?;
        std::fs::write(file, json + "\n")
            .with_context(|| format!("cannot write {}", file.display()))
    }
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
            },
        })
    }
}
