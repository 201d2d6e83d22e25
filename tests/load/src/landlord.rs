//! Landlords of the benchmarks: provisioned by the Caf, by e-mail or by letter.

use std::fs;

use anyhow::{Context, Result};
use api::account::v1::NewAccount;
use api::partner::v1::agreement::State;
use api::partner::v1::partner_service_client::PartnerServiceClient;
use api::partner::v1::{PartnerReference, ProvisionPartnerRequest, ProvisionedAgreement};
use api::session::v1::session_service_client::SessionServiceClient;
use api::session::v1::sign_in_request::Proof;
use api::session::v1::{ChangePasswordRequest, SignInRequest};
use api::r#type::v1::{Channel, Date, HousingScope, HousingType, PostalAddress, Scope, scope};
use tonic::Request;
use tonic::metadata::MetadataValue;
use tonic::transport;

use crate::service::{Installation, eventually, files};

/// A password that the policy takes.
const PASSWORD: &str = "sept girafes lisent Verlaine au port";

/// Someone who can sign in.
#[derive(Clone)]
pub(crate) struct Landlord {
    identifier: String,
}

/// How a landlord is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// By e-mail.
    ByEmail,
    /// By letter.
    ByLetter,
}

/// Provisions a partner of its own and answers its administrator's identifier.
pub(crate) async fn provision(
    channel: &transport::Channel,
    number: usize,
    reached: Reached,
) -> Result<String> {
    let mut administrator = NewAccount {
        family_name: "MOREAU".into(),
        given_name: "Camille".into(),
        email: format!("camille.{number}@bailleur.example"),
        ..NewAccount::default()
    };
    if reached == Reached::ByLetter {
        administrator.contact_channel = Channel::Letter.into();
        administrator.postal_address = Some(PostalAddress {
            lines: vec!["12 RUE DES LILAS".into(), "33000 BORDEAUX".into()],
            country_code: "FR".into(),
        });
    }
    let housing = HousingScope {
        housing_type: HousingType::Prive.into(),
        zone_code: "33".into(),
        zone_label: "Gironde".into(),
    };
    let mut request = Request::new(ProvisionPartnerRequest {
        reference: Some(PartnerReference {
            caf_code: "331".into(),
            reference: format!("BENCH-{number}"),
        }),
        name: "Camille MOREAU".into(),
        agreements: vec![ProvisionedAgreement {
            reference: "CONVENTION-1".into(),
            label: "Camille MOREAU".into(),
            initial_state: State::Validated.into(),
            start_date: Some(Date {
                year: 2020,
                month: 1,
                day: 1,
            }),
            service_codes: vec!["OFFRE_BAILLEURS".into()],
            scopes: vec![Scope {
                kind: Some(scope::Kind::Housing(housing)),
            }],
            ..ProvisionedAgreement::default()
        }],
        administrator: Some(administrator),
        ..ProvisionPartnerRequest::default()
    });
    request
        .metadata_mut()
        .insert("caf-agent", MetadataValue::from_static("bench"));
    let made = PartnerServiceClient::new(channel.clone())
        .provision_partner(request)
        .await?;
    Ok(made
        .into_inner()
        .administrator
        .context("no administrator in the answer")?
        .identifier)
}

impl Landlord {
    /// Provisions one by e-mail, reads the e-mail, and chooses a password.
    pub(crate) async fn connected(
        installation: &Installation,
        channel: &transport::Channel,
        number: usize,
    ) -> Result<Self> {
        let identifier = provision(channel, number, Reached::ByEmail).await?;
        let landlord = Self { identifier };
        let provisional = landlord.provisional_password(installation).await?;
        let mut sessions = SessionServiceClient::new(channel.clone());
        let opened = sessions
            .sign_in(landlord.proof(&provisional))
            .await?
            .into_inner();
        let mut change = Request::new(ChangePasswordRequest {
            current_password: provisional,
            new_password: PASSWORD.into(),
        });
        change
            .metadata_mut()
            .insert("session-token", opened.session_token.parse()?);
        sessions.change_password(change).await?;
        Ok(landlord)
    }

    /// Signs in once.
    pub(crate) async fn sign_in(&self, channel: &transport::Channel) -> Result<()> {
        SessionServiceClient::new(channel.clone())
            .sign_in(self.proof(PASSWORD))
            .await?;
        Ok(())
    }

    fn proof(&self, password: &str) -> SignInRequest {
        SignInRequest {
            identifier: self.identifier.clone(),
            proof: Some(Proof::Password(password.into())),
        }
    }

    /// The provisional password in the e-mail that names this landlord.
    async fn provisional_password(&self, at: &Installation) -> Result<String> {
        eventually("e-mail with credentials", || {
            for mail in files(&at.mail(), "eml") {
                let text = fs::read_to_string(mail)?;
                if text.contains(&self.identifier) {
                    let password = text.split_whitespace().find(|word| is_provisional(word));
                    return Ok(password.map(ToOwned::to_owned));
                }
            }
            Ok(None)
        })
        .await
    }
}

/// Four groups of four symbols, parted by dashes.
fn is_provisional(word: &str) -> bool {
    let groups: Vec<&str> = word.split('-').collect();
    let formed =
        |group: &&str| group.len() == 4 && group.chars().all(|c| c.is_ascii_alphanumeric());
    groups.len() == 4 && groups.iter().all(formed)
}
