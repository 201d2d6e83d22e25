//! Mails as their readers see them.

use std::fmt;

use mail_parser::{Message, MessageParser};

/// One mail as it came over the wire.
#[derive(Clone)]
pub struct Mail {
    /// Sender of the envelope.
    pub envelope_from: String,
    /// Recipients of the envelope.
    pub envelope_to: Vec<String>,
    /// The message, headers and all.
    pub raw: Vec<u8>,
    /// Whether the channel was encrypted when it came.
    pub encrypted: bool,
}

/// What a person needs to sign in, as read in a mail or a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// What is typed to sign in.
    pub identifier: String,
    /// The public number.
    pub user_number: String,
    /// The provisional password, 4×4 with dashes.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Credentials({}, {}, …)",
            self.identifier, self.user_number
        )
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail to {:?}: {}", self.envelope_to, self.subject())
    }
}

impl Mail {
    fn parsed(&self) -> Message<'_> {
        MessageParser::default()
            .parse(&self.raw)
            .expect("a mail can be parsed")
    }

    /// The one recipient of the envelope.
    pub fn to(&self) -> &str {
        assert_eq!(self.envelope_to.len(), 1, "one mail, one recipient");
        &self.envelope_to[0]
    }

    /// The subject, decoded.
    pub fn subject(&self) -> String {
        self.parsed().subject().unwrap_or_default().to_owned()
    }

    /// The Message-ID, without angle brackets.
    pub fn message_id(&self) -> String {
        self.parsed()
            .message_id()
            .expect("a mail has a Message-ID")
            .to_owned()
    }

    /// The delivery that the mail is, by its Message-ID.
    pub fn delivery_id(&self) -> String {
        let id = self.message_id();
        id.split_once('@')
            .expect("a Message-ID has a domain")
            .0
            .to_owned()
    }

    /// The names of the headers in the order of their coming, each as often as it came.
    pub fn header_names(&self) -> Vec<String> {
        let parsed = self.parsed();
        parsed
            .headers()
            .iter()
            .map(|header| header.name().to_owned())
            .collect()
    }

    /// A header as it came, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let parsed = self.parsed();
        let raw = parsed.header_raw(name)?;
        Some(raw.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The part for those who read plain text.
    pub fn text(&self) -> String {
        self.parsed()
            .body_text(0)
            .expect("a mail has a text part")
            .into_owned()
    }

    /// The part for those who read HTML.
    pub fn html(&self) -> String {
        let parsed = self.parsed();
        let part = parsed.html_part(0).expect("a mail has an HTML part");
        assert!(part.is_text_html(), "the second part is HTML of its own");
        part.text_contents()
            .expect("an HTML part holds text")
            .to_owned()
    }

    /// The credentials in its text part; `None` in a mail that brings none.
    pub fn find_credentials(&self) -> Option<Credentials> {
        let text = self.text();
        let after = |label: &str| {
            let (_, rest) = text.split_once(label)?;
            rest.trim_start()
                .lines()
                .next()
                .map(|line| line.trim().to_owned())
        };
        Some(Credentials {
            identifier: after("Votre identifiant :")?,
            user_number: after("Votre N° utilisateur :")?,
            password: after("Votre mot de passe provisoire :")?,
        })
    }

    /// The credentials in its text part.
    pub fn credentials(&self) -> Credentials {
        self.find_credentials()
            .unwrap_or_else(|| panic!("{self:?} brings no credentials"))
    }
}

impl Credentials {
    /// The twelve secret symbols of the password, without its public selector and without dashes.
    pub fn secret_symbols(&self) -> String {
        self.password.replace('-', "")[4..].to_owned()
    }
}
