//! The words of every mail, in French: compiled in, so that a release and its texts are one.
//!
//! What an operator changes, telephone or signature, is configuration. Values are printed
//! literally: a template never reads a value as a template, and HTML escapes it.

use std::borrow::Cow;

use domain::account::{Availability, Role};
use domain::delivery::{Kind, Subject};
use domain::{Timestamp, paris};
use minijinja::{Environment, UndefinedBehavior};
use secrecy::ExposeSecret;
use serde::Serialize;
use storage::delivery::Job;
use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::moment;
use crate::settings::Settings;

pub(crate) use minijinja::Error;

macro_rules! sources {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../templates/", $name)))),+]
    };
}

const SOURCES: &[(&str, &str)] = sources![
    "layout.txt",
    "layout.html",
    "credentials.txt",
    "credentials.html",
    "first_credentials.txt",
    "first_credentials.html",
    "lost_identifier.txt",
    "lost_identifier.html",
    "provisional_password.txt",
    "provisional_password.html",
    "guidance.txt",
    "guidance.html",
    "password_changed.txt",
    "password_changed.html",
    "email_changed.txt",
    "email_changed.html",
    "role_changed.txt",
    "role_changed.html",
    "administrator_replaced.txt",
    "administrator_replaced.html",
];

/// The templates, and what the operator says of itself.
pub(crate) struct Texts {
    templates: Environment<'static>,
    operator: Operator,
}

/// A mail's words, its subject free of anything personal.
pub(crate) struct Written {
    /// The subject.
    pub(crate) subject: Cow<'static, str>,
    /// For those who read plain text.
    pub(crate) text: Zeroizing<String>,
    /// The same, laid out.
    pub(crate) html: Zeroizing<String>,
}

#[derive(Clone, Serialize)]
struct Operator {
    organisation: String,
    telephone: String,
    opening_hours: String,
    signature: String,
    portal: String,
    answers: Answers,
}

/// Whether somebody reads what is answered.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answers {
    Read,
    Lost,
}

/// Whether the person still has their access.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Access {
    Kept,
    Closed,
}

/// Whether the person has a password of their own.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum OwnPassword {
    Chosen,
    NotYet,
}

#[derive(Serialize)]
struct Values<'a> {
    operator: &'a Operator,
    subject: &'a str,
    given_name: &'a str,
    family_name: &'a str,
    partner: &'a str,
    /// When what the mail tells happened.
    happened: String,
    /// The role the person now has.
    role: &'static str,
    access: Access,
    own_password: OwnPassword,
    credentials: Option<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    identifier: &'a str,
    user_number: &'a str,
    password: &'a str,
    valid_until: String,
    opens_on: Option<String>,
}

impl Texts {
    /// Compiles the templates.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in SOURCES {
            templates.add_template(name, source)?;
        }
        let letterhead = settings.letterhead.clone();
        Ok(Self {
            templates,
            operator: Operator {
                organisation: letterhead.organisation,
                telephone: letterhead.telephone,
                opening_hours: letterhead.opening_hours,
                signature: letterhead.signature,
                portal: letterhead.portal_address,
                answers: match settings.sender.reply_to {
                    Some(_) => Answers::Read,
                    None => Answers::Lost,
                },
            },
        })
    }

    /// Writes a message.
    pub(crate) fn write(
        &self,
        job: &Job,
        credentials: Option<&Credentials>,
        now: Timestamp,
    ) -> Result<Written, Error> {
        let password = credentials.map(|made| made.password.display());
        let shown = credentials
            .zip(password.as_ref())
            .map(|(made, password)| Shown {
                identifier: job.account.identifier.as_str(),
                user_number: job.account.user_number.as_str(),
                password: password.expose_secret(),
                valid_until: moment::end(made.expires_at),
                opens_on: opens_on(job, now),
            });
        let (name, subject) = template(job.kind);
        let subject = match (job.kind, opens_on(job, now)) {
            (Kind::FirstCredentials, Some(day)) => Cow::Owned(format!(
                "Mon Compte Partenaire : votre accès sera ouvert le {day}"
            )),
            _ => Cow::Borrowed(subject),
        };
        let values = Values {
            operator: &self.operator,
            subject: &subject,
            given_name: job.account.person.given_name.as_str(),
            family_name: job.account.person.family_name.as_str(),
            partner: job.partner_name.as_str(),
            happened: moment::written(job.created_at),
            role: role(job),
            access: access(job, now),
            own_password: own_password(job),
            credentials: shown,
        };
        let text = self.render(&format!("{name}.txt"), &values)?;
        let html = self.render(&format!("{name}.html"), &values)?;
        Ok(Written {
            subject,
            text,
            html,
        })
    }

    fn render(&self, name: &str, values: &Values<'_>) -> Result<Zeroizing<String>, Error> {
        let rendered = Zeroizing::new(
            self.templates
                .get_template(name)?
                .render(minijinja::value::Serde(values))?,
        );
        Ok(Zeroizing::new(without_gaps(&rendered)))
    }
}

fn template(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::FirstCredentials => (
            "first_credentials",
            "Mon Compte Partenaire : votre accès est ouvert",
        ),
        Kind::LostIdentifier => (
            "lost_identifier",
            "Mon Compte Partenaire : votre identifiant",
        ),
        Kind::ProvisionalPassword => (
            "provisional_password",
            "Mon Compte Partenaire : votre mot de passe provisoire",
        ),
        Kind::Guidance => (
            "guidance",
            "Mon Compte Partenaire : comment recevoir vos identifiants",
        ),
        Kind::PasswordChanged => (
            "password_changed",
            "Mon Compte Partenaire : votre mot de passe a été modifié",
        ),
        Kind::EmailChanged => (
            "email_changed",
            "Mon Compte Partenaire : votre adresse courriel a été modifiée",
        ),
        Kind::RoleChanged => (
            "role_changed",
            "Mon Compte Partenaire : votre rôle a changé",
        ),
        Kind::AdministratorReplaced => (
            "administrator_replaced",
            "Mon Compte Partenaire : l’administrateur a changé",
        ),
    }
}

/// The role as it was told when the message was asked for, else as it is.
fn role(job: &Job) -> &'static str {
    let role = match job.subject {
        Subject::Role(role) => role,
        Subject::Plain | Subject::FormerEmail(_) => job.account.role,
    };
    match role {
        Role::User => "user",
        Role::Manager => "manager",
        Role::Administrator => "administrator",
    }
}

fn access(job: &Job, now: Timestamp) -> Access {
    match job.account.availability(paris::today(now)) {
        Availability::Closed | Availability::Expired => Access::Closed,
        Availability::NotYetOpen | Availability::Open => Access::Kept,
    }
}

fn own_password(job: &Job) -> OwnPassword {
    if job.account.has_connected() {
        OwnPassword::Chosen
    } else {
        OwnPassword::NotYet
    }
}

fn opens_on(job: &Job, now: Timestamp) -> Option<String> {
    let dates = job.account.dates;
    dates
        .not_yet_open(paris::today(now))
        .then(|| letters::date::weekday_and_day(dates.opening()))
}

/// At most one empty line between two lines: what a template leaves out leaves no hole.
fn without_gaps(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim().lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy
}
