//! One try at one letter.

use async_trait::async_trait;
use domain::account::{Account, Channel};
use domain::delivery::State;
use domain::paris;
use domain::postal_address::PostalAddress;
use letters::address::{AddressBlock, Recipient};
use letters::folder::{self, Folder, PrintOrder};
use letters::{Letter, Letterhead, OwnPassword, Reason};
use storage::delivery::{Carried, Destination, Job};
use uuid::Uuid;

use super::{Courier, Tried, busy, defect};
use crate::credentials::{self, Credentials, Made};
use crate::{Tools, Words};

/// Renders letters into the folder.
pub(crate) struct LetterCourier {
    tools: Tools,
    letterhead: Letterhead,
    folder: Folder,
}

impl LetterCourier {
    /// Joins the three.
    pub(crate) fn new(tools: Tools, letterhead: Letterhead, folder: Folder) -> Self {
        Self {
            tools,
            letterhead,
            folder,
        }
    }

    async fn print(&self, job: &Job, lease: Uuid, reason: Reason) -> storage::Result<Tried> {
        let credentials = match credentials::make(&self.tools, job, lease).await? {
            Made::Live(credentials) => credentials,
            Made::Useless(words) => return Ok(Tried::Pointless(words)),
            Made::Lapsed => return Ok(Tried::Moved),
            Made::Busy => return Ok(Tried::RefusedForNow(busy(), Carried::Stays)),
            Made::Broken => return Ok(Tried::Unbuildable(defect(), Carried::Stays)),
        };
        let void = Carried::Void(credentials.id);
        let Destination::Letter(address) = &credentials.destination else {
            return Ok(Tried::Unbuildable(defect(), void));
        };
        let letter = self.letter(job, reason, address, &credentials);
        let selector = credentials.password.selector();
        let purge_date = paris::today(credentials.expires_at);
        let order = PrintOrder::credentials(&letter.recipient, &selector, purge_date);
        let (letterhead, folder, id) = (self.letterhead.clone(), self.folder.clone(), job.id);
        let written = tokio::task::spawn_blocking(move || {
            let pdf = letters::render(&letterhead, &letter).map_err(Unwritten::Unbuildable)?;
            folder.write(id, order, &pdf).map_err(Unwritten::Folder)
        })
        .await;
        Ok(match written {
            Ok(Ok(_)) => Tried::Done(Carried::Stays),
            Ok(Err(unwritten)) => unwritten.tried(job, credentials.id),
            Err(panic) => {
                tracing::error!(event = "letter_panicked", delivery = %job.id, error = &panic as &dyn std::error::Error);
                Tried::Unbuildable(defect(), Carried::Stays)
            }
        })
    }

    fn letter(
        &self,
        job: &Job,
        reason: Reason,
        address: &PostalAddress,
        credentials: &Credentials,
    ) -> Letter {
        let Account {
            person,
            identifier,
            user_number,
            dates,
            ..
        } = &job.account;
        let (given_name, family_name) = (person.given_name.as_str(), person.family_name.as_str());
        let today = paris::today(self.tools.clock.now());
        let own_password = if job.account.has_connected() {
            OwnPassword::Chosen
        } else {
            OwnPassword::NotYet
        };
        Letter {
            reason,
            recipient: AddressBlock::of(&Recipient {
                given_name,
                family_name,
                partner_name: job.partner_name.as_str(),
                postal_address: address,
            }),
            holder: format!("{given_name} {family_name}"),
            partner: job.partner_name.as_str().to_owned(),
            identifier: identifier.as_str().to_owned(),
            user_number: user_number.as_str().to_owned(),
            password: credentials.password.clone(),
            own_password,
            valid_until: letters::last_whole_day(credentials.expires_at),
            opens_on: dates.not_yet_open(today).then(|| dates.opening()),
            date: today,
            reference: job.id,
        }
    }
}

#[async_trait]
impl Courier for LetterCourier {
    fn channel(&self) -> Channel {
        Channel::Letter
    }

    /// A letter that lies in the folder already is kept, with the password printed on it.
    async fn carry(&self, job: &Job, lease: Uuid) -> storage::Result<Tried> {
        let Some(reason) = Reason::of(job.kind) else {
            return Ok(Tried::Pointless(Words::new(
                "Ce message n’existe pas en courrier.",
            )));
        };
        let (folder, id) = (self.folder.clone(), job.id);
        let found = tokio::task::spawn_blocking(move || folder.find(id)).await;
        match found {
            Ok(Ok(Some(_))) => Ok(Tried::Done(Carried::Stays)),
            Ok(Ok(None)) => self.print(job, lease, reason).await,
            Ok(Err(error)) => Ok(folder_failed(job, &error)),
            Err(panic) => {
                tracing::error!(event = "letter_panicked", delivery = %job.id, error = &panic as &dyn std::error::Error);
                Ok(Tried::Unbuildable(defect(), Carried::Stays))
            }
        }
    }

    /// A cancelled letter must not be posted: its password is dead.
    async fn withdraw(&self, job: &Job) -> storage::Result<()> {
        let delivery = self.tools.deliveries.delivery(job.id).await?;
        if delivery.is_none_or(|delivery| delivery.state != State::Cancelled) {
            return Ok(());
        }
        let (folder, id) = (self.folder.clone(), job.id);
        match tokio::task::spawn_blocking(move || folder.remove(id)).await {
            Ok(Ok(())) => tracing::info!(event = "letter_withdrawn", delivery = %job.id),
            Ok(Err(error)) => {
                tracing::error!(event = "letter_not_withdrawn", delivery = %job.id, error = &error as &dyn std::error::Error);
            }
            Err(panic) => {
                tracing::error!(event = "letter_not_withdrawn", delivery = %job.id, error = &panic as &dyn std::error::Error);
            }
        }
        Ok(())
    }
}

/// Why a letter was not committed.
enum Unwritten {
    Unbuildable(letters::Error),
    Folder(folder::Error),
}

impl Unwritten {
    fn tried(self, job: &Job, provisional: Uuid) -> Tried {
        match self {
            Self::Unbuildable(error) => {
                tracing::error!(event = "letter_not_made", delivery = %job.id, error = &error as &dyn std::error::Error);
                Tried::Unbuildable(defect(), Carried::Void(provisional))
            }
            // Another worker was faster: its letter is the one that goes, with its password.
            Self::Folder(folder::Error::AlreadyThere(_)) => Tried::Done(Carried::Void(provisional)),
            // The letter may be there all the same, and is then found at the next try: its
            // password stays good.
            Self::Folder(error) => folder_failed(job, &error),
        }
    }
}

fn folder_failed(job: &Job, error: &folder::Error) -> Tried {
    tracing::error!(event = "letter_folder_failed", delivery = %job.id, error = error as &dyn std::error::Error);
    let words = match error {
        folder::Error::Damaged { .. } => {
            "Le dossier des courriers contient une lettre abîmée pour cet envoi : un exploitant doit la mettre de côté."
        }
        folder::Error::Io { .. } | folder::Error::AlreadyThere(_) => {
            "Le dossier des courriers ne peut pas être écrit."
        }
    };
    Tried::RefusedForNow(Words::new(words), Carried::Stays)
}
