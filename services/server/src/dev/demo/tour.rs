//! What to try next: lines that work when pasted.

use std::path::Path;

use super::Demo;

/// The lines that `dev` prints once it serves.
pub(crate) fn tour(demo: &Demo, data_dir: &Path) -> String {
    let listen = &demo.listen;
    let mail = data_dir.join("outbox/mail");
    let mail = mail.display();
    let letters = data_dir.join("outbox/letters");
    let letters = letters.display();
    let identifier = &demo.les_oliviers.administrator.identifier;
    let durand = &demo.durand.administrator.user_number;
    let partner = &demo.les_oliviers.partner_id;
    format!(
        r#"
compte-partenaire serves on {listen}; e-mails land in {mail}, letters in {letters}.
Ids of the demo data: {demo_json}

Try, in another terminal:

# What the Caf sees of LES OLIVIERS
grpcurl -plaintext -H 'caf-agent: agent-7' -d '{{"partner_id": "{partner}"}}' {listen} comptepartenaire.account.v1.AccountService/ListAccounts

# The administrator signs in with the provisional password of the e-mail, and must change it
PASSWORD=$(grep -l {identifier} {mail}/*.eml | xargs ls -t | head -1 | xargs grep -ohE -m1 '([2-9A-Z]{{4}}-){{3}}[2-9A-Z]{{4}}')
grpcurl -plaintext -d "{{\"identifier\": \"{identifier}\", \"password\": \"$PASSWORD\"}}" {listen} comptepartenaire.session.v1.SessionService/SignIn

# « Identifiant perdu » for Paul DURAND: a letter within seconds
grpcurl -plaintext -d '{{"user_number": "{durand}"}}' {listen} comptepartenaire.recovery.v1.RecoveryService/RecoverIdentifier
ls {letters}

Ctrl-C stops it; started again it goes on with what is there, --fresh begins anew.
"#,
        demo_json = data_dir.join("demo.json").display(),
    )
}
