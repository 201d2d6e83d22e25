//! What to try next: lines that work when pasted.

use std::path::{self, Path};

use super::{Administrator, Demo};

/// The lines that `dev` prints once it serves.
pub(crate) fn tour(demo: &Demo, data_dir: &Path) -> String {
    // The other terminal may stand in another folder.
    let data_dir = path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
    let mail = data_dir.join("outbox/mail");
    let letters = data_dir.join("outbox/letters");
    let durand = &demo.durand.administrator.user_number;
    let partner = &demo.les_oliviers.partner_id;
    format!(
        r#"
compte-partenaire serves on {address}; e-mails land in {mail}, letters in {letters}.
Ids of the demo data: {demo_json}

Try, in another terminal:

# What the Caf sees of LES OLIVIERS
grpcurl -plaintext -H 'caf-agent: agent-7' -d '{{"partner_id": "{partner}"}}' {listen} comptepartenaire.account.v1.AccountService/ListAccounts

{sign_in}

# « Identifiant perdu » for Paul DURAND: a letter within seconds
grpcurl -plaintext -d '{{"user_number": "{durand}"}}' {listen} comptepartenaire.recovery.v1.RecoveryService/RecoverIdentifier
sleep 3; ls {quoted_letters}

Ctrl-C stops it; started again it goes on with what is there, --fresh begins anew.
"#,
        address = demo.listen,
        listen = quoted(&demo.listen),
        mail = mail.display(),
        letters = letters.display(),
        demo_json = data_dir.join("demo.json").display(),
        sign_in = sign_in(&demo.les_oliviers.administrator, &demo.listen, &mail),
        quoted_letters = quoted(&letters.to_string_lossy()),
    )
}

/// Signs the administrator in with the provisional password of the newest e-mail, and changes it.
fn sign_in(administrator: &Administrator, listen: &str, mail: &Path) -> String {
    let listen = quoted(listen);
    let mail = quoted(&mail.to_string_lossy());
    let identifier = &administrator.identifier;
    let email = &administrator.email;
    let provisional = if administrator.connected {
        format!(
            r#"# « Mot de passe oublié » for the administrator, who connected before: an e-mail within seconds, one in ten minutes
grpcurl -plaintext -d '{{"email": "{email}"}}' {listen} comptepartenaire.recovery.v1.RecoveryService/RecoverPassword
sleep 3"#
        )
    } else {
        "# The administrator signs in with the provisional password of the e-mail, and must change it"
            .to_owned()
    };
    format!(
        r#"{provisional}
PASSWORD=$(cd {mail} && grep -l {identifier} *.eml | xargs ls -t | xargs grep -ohE -m1 '([2-9A-Z]{{4}}-){{3}}[2-9A-Z]{{4}}' | head -1)
TOKEN=$(grpcurl -plaintext -d "{{\"identifier\": \"{identifier}\", \"password\": \"$PASSWORD\"}}" {listen} comptepartenaire.session.v1.SessionService/SignIn | grep -m1 sessionToken | cut -d'"' -f4)
grpcurl -plaintext -H "session-token: $TOKEN" -d "{{\"current_password\": \"$PASSWORD\", \"new_password\": \"trois girafes lisent Verlaine au port\"}}" {listen} comptepartenaire.session.v1.SessionService/ChangePassword"#
    )
}

/// One word for a shell, whatever stands in it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_reads_a_quoted_word_as_it_was() {
        for word in [
            "var/dev",
            "my folder/dev",
            "l'été/dev",
            "$HOME/`x`\\\"*",
            "[::1]:50051",
            "",
        ] {
            let script = format!("printf '<%s>' {}", quoted(word));
            let read = Command::new("sh").args(["-c", &script]).output().unwrap();
            let read = String::from_utf8_lossy(&read.stdout).into_owned();
            assert_eq!(read, format!("<{word}>"), "{script}");
        }
    }

    #[test]
    fn a_forgotten_password_is_recovered_only_by_who_connected_before() {
        let administrator = |connected| Administrator {
            account_id: String::new(),
            identifier: "BAI-1".into(),
            user_number: String::new(),
            email: "claire.martin@les-oliviers.example".into(),
            connected,
        };
        let lines = |connected| sign_in(&administrator(connected), "127.0.0.1:1", Path::new("m d"));
        assert!(!lines(false).contains("RecoverPassword"));
        assert!(lines(true).contains("RecoverPassword"));
        assert!(lines(true).contains("cd 'm d' &&"));
    }
}
