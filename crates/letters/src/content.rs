//! What one letter says.

use std::fmt;

use domain::DeliveryId;
use jiff::civil::Date;
use secrecy::SecretString;

use crate::{Error, Field, address::AddressBlock};

/// Why the letter is sent: it decides the title, the opening sentence and the warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The account was created, or never connected: these are its first credentials.
    FirstCredentials,
    /// « Identifiant perdu » was asked.
    LostIdentifier,
    /// A new provisional password was asked or issued.
    ProvisionalPassword,
}

/// One letter with credentials.
#[derive(Clone)]
pub struct Letter {
    /// Why it is sent.
    pub reason: Reason,
    /// Who receives it, already in the norm's form.
    pub recipient: AddressBlock,
    /// The person whose account it is: given name and family name, at most 129 characters.
    pub holder: String,
    /// The partner they act for, at most 120 characters; not printed when it is the person under
    /// their own name.
    pub partner: String,
    /// What is typed to sign in, at most 32 characters.
    pub identifier: String,
    /// The 14-character user number.
    pub user_number: String,
    /// 16 letters and digits, with or without spaces or dashes; printed 4×4.
    pub password: SecretString,
    /// The last day printed as good for the provisional password, in Europe/Paris.
    pub valid_until: Date,
    /// The first day of access, when it is still to come on the date of the letter.
    pub opens_on: Option<Date>,
    /// The day the letter is dated, in Europe/Paris.
    pub date: Date,
    /// The delivery, printed as the letter's reference.
    pub reference: DeliveryId,
}

impl Letter {
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.recipient.check()?;
        Field::Holder.check(&self.holder)?;
        Field::Partner.check(&self.partner)?;
        Field::Identifier.check(&self.identifier)?;
        Field::UserNumber.check(&self.user_number)
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("reason", &self.reason)
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}

impl Reason {
    /// The subject, in the document's title as well: it names no person and no secret.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::FirstCredentials => "Votre accès à Mon Compte Partenaire",
            Self::LostIdentifier => "Votre identifiant pour Mon Compte Partenaire",
            Self::ProvisionalPassword => "Votre mot de passe provisoire pour Mon Compte Partenaire",
        }
    }

    pub(crate) fn opening(self) -> &'static str {
        match self {
            Self::FirstCredentials => {
                "Un accès à Mon Compte Partenaire vous est ouvert. Voici ce qu’il vous faut pour \
                 vous connecter la première fois."
            }
            Self::LostIdentifier => {
                "Nous avons reçu une demande « Identifiant perdu » avec votre N° utilisateur. \
                 Voici votre identifiant, et un mot de passe provisoire pour vous connecter."
            }
            Self::ProvisionalPassword => {
                "Un nouveau mot de passe provisoire a été demandé pour votre compte. Il vous \
                 permet de vous connecter et d’en choisir un à vous."
            }
        }
    }

    pub(crate) fn warning(self) -> &'static str {
        match self {
            Self::FirstCredentials => {
                "Ne donnez votre mot de passe à personne : ni la Caf ni un autre service ne vous \
                 le demandera, que ce soit par téléphone, par courriel ou par courrier."
            }
            Self::LostIdentifier | Self::ProvisionalPassword => {
                "Ne donnez votre mot de passe à personne : la Caf ne vous le demandera jamais. \
                 Vous n’avez rien demandé ? Votre mot de passe actuel reste valable ; \
                 détruisez ce courrier et prévenez-nous."
            }
        }
    }
}
