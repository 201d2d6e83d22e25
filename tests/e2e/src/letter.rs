//! Letters as their readers see them: the text of the PDF.

use std::path::{Path, PathBuf};

use crate::mailbox::Credentials;

/// One letter that lies ready for the printer.
pub struct Letter {
    /// The PDF.
    pub path: PathBuf,
    /// Its text without any white space: where lines end is the typesetter's business.
    text: String,
}

impl Letter {
    /// Reads the letter of a delivery, if it lies in the folder.
    pub fn find(folder: &Path, delivery_id: &str) -> Option<Self> {
        let path = folder.join(format!("{}.pdf", delivery_id.replace('-', "")));
        if !path.exists() {
            return None;
        }
        let text = pdf_extract::extract_text(&path).expect("a letter's text can be extracted");
        Some(Self {
            path,
            text: without_spaces(&text),
        })
    }

    /// Whether it says that, however the lines were broken.
    pub fn says(&self, words: &str) -> bool {
        self.text.contains(&without_spaces(words))
    }

    /// The credentials printed on it. The titles above may name them too: they stand together,
    /// below.
    pub fn credentials(&self) -> Credentials {
        let after = |label: &str, length: usize| -> String {
            let label = without_spaces(label);
            let (_, rest) = self
                .text
                .rsplit_once(&label)
                .expect("each credential has its label");
            rest.chars().take(length).collect()
        };
        let number = "VotreN°utilisateur";
        let (before, _) = self
            .text
            .split_once(number)
            .expect("a letter has a user number");
        let (_, identifier) = before
            .rsplit_once("Votreidentifiant")
            .expect("an identifier");
        Credentials {
            identifier: identifier.to_owned(),
            user_number: after("Votre N° utilisateur", 14),
            password: after("Votre mot de passe provisoire", 19),
        }
    }
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
