//! What a request of recovery brings to an account: the whole table, as one pure function.
//!
//! The call that asks learns nothing: it writes the request down, and a worker decides here
//! afterwards. Limits are kept where the messages are queued, since they count what others queued.

use jiff::Timestamp;

use crate::account::{Account, Availability, Channel};
use crate::delivery::Kind;
use crate::paris::Day;

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Request {
    /// « Identifiant perdu », with a user number.
    Identifier,
    /// « Mot de passe oublié », with an e-mail address.
    Password,
}

impl Request {
    /// The name that the audit gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Password => "password",
        }
    }
}

/// What the table looks at in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// What the account is good for today.
    pub availability: Availability,
    /// How the person wants to be written to.
    pub contact_channel: Channel,
    /// Which ways there are.
    pub reachable: Reachable,
    /// What the person had of us so far.
    pub history: History,
    /// Until when recovery rests, when it does.
    pub paused_until: Option<Timestamp>,
}

/// Which contacts an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reachable {
    /// An e-mail address only.
    ByEmail,
    /// A postal address only.
    ByLetter,
    /// Both.
    Both,
    /// Neither.
    Nowhere,
}

/// How far credentials and person have come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum History {
    /// The person has chosen a password of their own.
    Connected,
    /// Never connected, but credentials have left by e-mail once.
    CredentialsByEmail,
    /// Never connected, and no credentials ever left by e-mail.
    NoneByEmail,
}

impl Facts {
    /// The facts of an account on that day.
    pub fn of(account: &Account, sent: History, today: Day) -> Self {
        let person = &account.person;
        Self {
            availability: account.availability(today),
            contact_channel: person.contact_channel,
            reachable: match (&person.email, &person.postal_address) {
                (Some(_), Some(_)) => Reachable::Both,
                (Some(_), None) => Reachable::ByEmail,
                (None, Some(_)) => Reachable::ByLetter,
                (None, None) => Reachable::Nowhere,
            },
            history: if account.has_connected() {
                History::Connected
            } else {
                sent
            },
            paused_until: account.recovery_paused_until,
        }
    }

    fn has_email(&self) -> bool {
        matches!(self.reachable, Reachable::ByEmail | Reachable::Both)
    }

    fn has_postal_address(&self) -> bool {
        matches!(self.reachable, Reachable::ByLetter | Reachable::Both)
    }
}

/// What the account gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// This message, this way.
    Send(Kind, Channel),
    /// Nothing.
    Nothing(Silence),
}

/// Why nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Silence {
    /// The account is closed.
    Closed,
    /// Its closing date is past.
    Expired,
    /// The partner's people changed its address a short while ago.
    Paused,
    /// It has no address for what was asked.
    NoUsableContact,
    /// The address serves too many accounts: one mail of guidance answers for all.
    TooManyAccounts,
}

impl Silence {
    /// The name that the audit gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Expired => "expired",
            Self::Paused => "paused",
            Self::NoUsableContact => "no_usable_contact",
            Self::TooManyAccounts => "too_many_accounts",
        }
    }
}

/// What one account gets, had it been found alone.
pub fn outcome(request: Request, facts: &Facts, now: Timestamp) -> Outcome {
    if let Some(silence) = silence(facts, now) {
        return Outcome::Nothing(silence);
    }
    match request {
        Request::Identifier => lost_identifier(facts),
        Request::Password => forgotten_password(facts),
    }
}

/// What each of the accounts gets that were found together, in their order. When more than `most`
/// would be written to, the first of them gets guidance and the others nothing.
pub fn outcomes(request: Request, found: &[Facts], most: usize, now: Timestamp) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = found
        .iter()
        .map(|facts| outcome(request, facts, now))
        .collect();
    let mut served: Vec<&mut Outcome> = outcomes
        .iter_mut()
        .filter(|outcome| matches!(outcome, Outcome::Send(..)))
        .collect();
    if served.len() > most {
        for (place, outcome) in served.iter_mut().enumerate() {
            **outcome = match place {
                0 => Outcome::Send(Kind::Guidance, Channel::Email),
                _ => Outcome::Nothing(Silence::TooManyAccounts),
            };
        }
    }
    outcomes
}

fn silence(facts: &Facts, now: Timestamp) -> Option<Silence> {
    match facts.availability {
        Availability::Closed => return Some(Silence::Closed),
        Availability::Expired => return Some(Silence::Expired),
        Availability::NotYetOpen | Availability::Open => {}
    }
    facts
        .paused_until
        .is_some_and(|until| now < until)
        .then_some(Silence::Paused)
}

fn lost_identifier(facts: &Facts) -> Outcome {
    if facts.contact_channel == Channel::Email && facts.has_email() {
        Outcome::Send(Kind::LostIdentifier, Channel::Email)
    } else if facts.has_postal_address() {
        Outcome::Send(Kind::LostIdentifier, Channel::Letter)
    } else {
        Outcome::Nothing(Silence::NoUsableContact)
    }
}

fn forgotten_password(facts: &Facts) -> Outcome {
    if !facts.has_email() {
        return Outcome::Nothing(Silence::NoUsableContact);
    }
    match facts.history {
        History::Connected | History::CredentialsByEmail => {
            Outcome::Send(Kind::ProvisionalPassword, Channel::Email)
        }
        History::NoneByEmail => Outcome::Send(Kind::Guidance, Channel::Email),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use Availability::{Closed, Expired, NotYetOpen, Open};
    use Channel::{Email, Letter};
    use History::{Connected, CredentialsByEmail, NoneByEmail};
    use Kind::{Guidance, LostIdentifier, ProvisionalPassword};
    use Outcome::{Nothing, Send};
    use Reachable::{Both, ByEmail, ByLetter, Nowhere};
    use Request::{Identifier, Password};
    use Silence::{NoUsableContact, Paused, TooManyAccounts};

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn facts(contact_channel: Channel, reachable: Reachable, history: History) -> Facts {
        Facts {
            availability: Open,
            contact_channel,
            reachable,
            history,
            paused_until: None,
        }
    }

    #[test]
    fn the_table_of_who_gets_what() {
        #[rustfmt::skip]
        let table = [
            // request     channel reachable  history             outcome
            (Identifier, Email,  ByEmail,  Connected,          Send(LostIdentifier, Email)),
            (Identifier, Email,  ByEmail,  NoneByEmail,        Send(LostIdentifier, Email)),
            (Identifier, Email,  Both,     NoneByEmail,        Send(LostIdentifier, Email)),
            (Identifier, Letter, Both,     Connected,          Send(LostIdentifier, Letter)),
            (Identifier, Letter, Both,     NoneByEmail,        Send(LostIdentifier, Letter)),
            (Identifier, Letter, ByLetter, NoneByEmail,        Send(LostIdentifier, Letter)),
            (Identifier, Email,  ByLetter, NoneByEmail,        Send(LostIdentifier, Letter)),
            (Identifier, Letter, ByEmail,  NoneByEmail,        Nothing(NoUsableContact)),
            (Identifier, Email,  Nowhere,  Connected,          Nothing(NoUsableContact)),
            (Password,   Email,  ByEmail,  Connected,          Send(ProvisionalPassword, Email)),
            (Password,   Email,  ByEmail,  CredentialsByEmail, Send(ProvisionalPassword, Email)),
            (Password,   Letter, Both,     Connected,          Send(ProvisionalPassword, Email)),
            (Password,   Letter, Both,     CredentialsByEmail, Send(ProvisionalPassword, Email)),
            (Password,   Letter, Both,     NoneByEmail,        Send(Guidance, Email)),
            (Password,   Email,  ByEmail,  NoneByEmail,        Send(Guidance, Email)),
            (Password,   Letter, ByLetter, Connected,          Nothing(NoUsableContact)),
            (Password,   Email,  Nowhere,  Connected,          Nothing(NoUsableContact)),
        ];
        for (request, channel, reachable, history, expected) in table {
            let facts = facts(channel, reachable, history);
            assert_eq!(
                outcome(request, &facts, NOW),
                expected,
                "{request:?} {facts:?}"
            );
        }
    }

    #[test]
    fn who_may_not_come_in_any_more_gets_nothing_and_who_may_not_yet_is_served() {
        for request in [Identifier, Password] {
            for (availability, silence) in [
                (Closed, Some(Silence::Closed)),
                (Expired, Some(Silence::Expired)),
                (NotYetOpen, None),
                (Open, None),
            ] {
                let mut facts = facts(Email, Both, Connected);
                facts.availability = availability;
                let silent = match outcome(request, &facts, NOW) {
                    Send(..) => None,
                    Nothing(silence) => Some(silence),
                };
                assert_eq!(silent, silence, "{request:?} {availability:?}");
            }
        }
    }

    #[test]
    fn a_pause_rests_until_its_last_moment_and_not_longer() {
        let second = SignedDuration::from_secs(1);
        let paused = |until| {
            let mut facts = facts(Letter, Both, Connected);
            facts.paused_until = Some(until);
            [Identifier, Password].map(|request| outcome(request, &facts, NOW))
        };
        assert_eq!(paused(NOW + second), [Nothing(Paused), Nothing(Paused)]);
        for over in [NOW, NOW - second] {
            assert_eq!(
                paused(over),
                [
                    Send(LostIdentifier, Letter),
                    Send(ProvisionalPassword, Email)
                ]
            );
        }
    }

    #[test]
    fn accounts_that_share_an_address_get_one_mail_each() {
        let connected = facts(Email, ByEmail, Connected);
        let mut closed = connected;
        closed.availability = Closed;
        let by_letter = facts(Letter, Both, NoneByEmail);
        assert_eq!(
            outcomes(Password, &[connected, closed, by_letter, connected], 3, NOW),
            [
                Send(ProvisionalPassword, Email),
                Nothing(Silence::Closed),
                Send(Guidance, Email),
                Send(ProvisionalPassword, Email),
            ]
        );
    }

    #[test]
    fn above_the_most_accounts_of_an_address_one_mail_of_guidance_answers_for_all() {
        let connected = facts(Email, ByEmail, Connected);
        let mut closed = connected;
        closed.availability = Closed;
        assert_eq!(
            outcomes(Password, &[closed, connected, connected, connected], 2, NOW),
            [
                Nothing(Silence::Closed),
                Send(Guidance, Email),
                Nothing(TooManyAccounts),
                Nothing(TooManyAccounts),
            ]
        );
        assert_eq!(outcomes(Password, &[], 0, NOW), []);
    }
}
