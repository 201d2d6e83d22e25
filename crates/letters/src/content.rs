//! What one letter says.

use std::borrow::Cow;
use std::fmt;

use domain::{
    DeliveryId, Timestamp,
    delivery::Kind,
    paris::{self, Day},
    provisional::ProvisionalPassword,
};

use crate::{Error, Field, address::AddressBlock, date};

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

/// Whether the person has chosen a password, which then goes on opening the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnPassword {
    /// They have connected before.
    Chosen,
    /// They never connected: there is none to fall back on.
    NotYet,
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
    /// Printed 4×4.
    pub password: ProvisionalPassword,
    /// Whether they have a password of their own beside it.
    pub own_password: OwnPassword,
    /// The last day on which the provisional password works until midnight: [`last_whole_day`].
    pub valid_until: Day,
    /// The first day of access, when it is still to come on the date of the letter.
    pub opens_on: Option<Day>,
    /// The day the letter is dated, in Europe/Paris.
    pub date: Day,
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

/// The last day, in Europe/Paris, that ends before that moment: whoever is told a day reads it as
/// the whole of it.
pub fn last_whole_day(expire_time: Timestamp) -> Day {
    let day = paris::wall_clock(expire_time).date();
    day.yesterday().unwrap_or(day)
}

impl Reason {
    /// The reason for a delivery of that kind; none for the kinds that only go by e-mail.
    pub fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::FirstCredentials => Some(Self::FirstCredentials),
            Kind::LostIdentifier => Some(Self::LostIdentifier),
            Kind::ProvisionalPassword => Some(Self::ProvisionalPassword),
            Kind::Guidance
            | Kind::PasswordChanged
            | Kind::EmailChanged
            | Kind::RoleChanged
            | Kind::AdministratorReplaced => None,
        }
    }

    /// The subject, in the document's title as well: it names no person and no secret.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::FirstCredentials => "Votre accès à Mon Compte Partenaire",
            Self::LostIdentifier => "Votre identifiant pour Mon Compte Partenaire",
            Self::ProvisionalPassword => "Votre mot de passe provisoire pour Mon Compte Partenaire",
        }
    }

    /// The opening sentence; with a first day of access when that is still to come.
    pub(crate) fn opening(self, opens_on: Option<Day>) -> Cow<'static, str> {
        let sentence = match (self, opens_on) {
            (Self::FirstCredentials, Some(day)) => {
                return Cow::Owned(format!(
                    "Un accès à Mon Compte Partenaire vous sera ouvert le {}. Voici ce qu’il vous \
                     faudra pour vous connecter la première fois.",
                    date::weekday_and_day(day)
                ));
            }
            (Self::FirstCredentials, None) => {
                "Un accès à Mon Compte Partenaire vous est ouvert. Voici ce qu’il vous faut pour \
                 vous connecter la première fois."
            }
            (Self::LostIdentifier, _) => {
                "Nous avons reçu une demande « Identifiant perdu » avec votre N° utilisateur. \
                 Voici votre identifiant, et un mot de passe provisoire pour vous connecter."
            }
            (Self::ProvisionalPassword, _) => {
                "Un nouveau mot de passe provisoire a été demandé pour votre compte. Il vous \
                 permet de vous connecter et d’en choisir un à vous."
            }
        };
        Cow::Borrowed(sentence)
    }

    pub(crate) fn warning(self, own_password: OwnPassword) -> &'static str {
        match (self, own_password) {
            (Self::FirstCredentials, _) => {
                "Ne donnez votre mot de passe à personne : ni la Caf ni un autre service ne vous \
                 le demandera, que ce soit par téléphone, par courriel ou par courrier."
            }
            (Self::LostIdentifier | Self::ProvisionalPassword, OwnPassword::Chosen) => {
                "Ne donnez votre mot de passe à personne : la Caf ne vous le demandera jamais. \
                 Vous n’avez rien demandé ? Votre mot de passe actuel reste valable ; \
                 détruisez ce courrier et prévenez-nous."
            }
            (Self::LostIdentifier | Self::ProvisionalPassword, OwnPassword::NotYet) => {
                "Ne donnez votre mot de passe à personne : la Caf ne vous le demandera jamais. \
                 Vous n’avez rien demandé ? Détruisez ce courrier et prévenez-nous."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_printed_day_is_one_on_which_the_password_works_to_the_end() {
        let midnight_of_the_15th = paris::start_of(date(2026, 12, 15));
        assert_eq!(last_whole_day(midnight_of_the_15th), date(2026, 12, 14));
        let that_evening = paris::end_of(date(2026, 12, 15)) - jiff::SignedDuration::from_secs(1);
        assert_eq!(last_whole_day(that_evening), date(2026, 12, 14));
    }
}
