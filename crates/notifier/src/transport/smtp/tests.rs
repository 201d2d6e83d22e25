use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::email::Email;
use domain::{DeliveryId, OsRandom, Timestamp};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use super::*;

/// What the server does at one point of a conversation.
#[derive(Clone, Copy)]
enum Does {
    Says(&'static str),
    HangsUp,
    Keeps,
}

use Does::{HangsUp, Keeps, Says};

/// One mail as the server takes it.
#[derive(Clone, Copy)]
struct Act {
    recipient: Does,
    message: Does,
}

const TAKES: Act = Act {
    recipient: Says("250 2.1.5 ok"),
    message: Says("250 2.0.0 queued"),
};

/// A mail server on this machine that plays its acts, one a mail, whatever the connection.
struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
    messages: Arc<Mutex<Vec<String>>>,
}

async fn server(acts: impl IntoIterator<Item = Act>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server {
        port: listener.local_addr().unwrap().port(),
        connections: Arc::default(),
        messages: Arc::default(),
    };
    let acts = Arc::new(Mutex::new(acts.into_iter().collect::<VecDeque<_>>()));
    let (connections, messages) = (server.connections.clone(), server.messages.clone());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            connections.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(converse(stream, acts.clone(), messages.clone()));
        }
    });
    server
}

async fn converse(
    mut stream: TcpStream,
    acts: Arc<Mutex<VecDeque<Act>>>,
    messages: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.example\r\n").await.ok()?;
    let mut act = TAKES;
    while let Some(line) = lines.next_line().await.ok()? {
        let does = match &line[..4] {
            "MAIL" => {
                act = acts.lock().await.pop_front().unwrap_or(TAKES);
                Says("250 2.1.0 ok")
            }
            "RCPT" => act.recipient,
            "DATA" => {
                write.write_all(b"354 go\r\n").await.ok()?;
                let mut message = String::new();
                loop {
                    match lines.next_line().await.ok()?? {
                        end if end == "." => break,
                        line => message.extend([line.as_str(), "\n"]),
                    }
                }
                messages.lock().await.push(message);
                act.message
            }
            "EHLO" => Says("250 mail.example"),
            "QUIT" => Says("221 bye"),
            _ => Says("250 ok"),
        };
        match does {
            Says(answer) => write
                .write_all(format!("{answer}\r\n").as_bytes())
                .await
                .ok()?,
            HangsUp => return None,
            Keeps => std::future::pending().await,
        }
    }
    None
}

fn smtp(port: u16) -> Smtp {
    Smtp::open(&settings::Smtp {
        host: "127.0.0.1".into(),
        port: Some(port),
        security: Security::None,
        ..settings::Smtp::default()
    })
    .unwrap()
}

fn mail() -> Mail {
    Mail {
        id: DeliveryId::new(Timestamp::UNIX_EPOCH, &OsRandom),
        from: Email::parse("caf@caf.example").unwrap(),
        to: Email::parse("O'Neill+x@example.org").unwrap(),
        content: b"Subject: x\r\n\r\nbody\r\n".to_vec().into(),
    }
}

/// What becomes of a mail to a server that takes it so.
async fn handed_over(act: Act) -> Handover {
    let server = server([act]).await;
    smtp(server.port).hand_over(&mail()).await
}

fn told(handover: &Handover) -> &str {
    match handover {
        Handover::Taken => "",
        Handover::RefusedForNow(words)
        | Handover::RefusedForGood(words)
        | Handover::Unsure(words) => words.as_str(),
    }
}

#[tokio::test]
async fn a_mail_that_is_taken_is_taken_whole() {
    let server = server([]).await;
    assert_eq!(smtp(server.port).hand_over(&mail()).await, Handover::Taken);
    assert_eq!(*server.messages.lock().await, ["Subject: x\n\nbody\n\n"]);
}

#[tokio::test]
async fn a_4xx_anywhere_is_for_now() {
    let refused = Says("451 4.7.1 try later");
    for act in [
        Act {
            recipient: refused,
            ..TAKES
        },
        Act {
            message: refused,
            ..TAKES
        },
    ] {
        let handover = handed_over(act).await;
        assert!(
            matches!(handover, Handover::RefusedForNow(_)),
            "{handover:?}"
        );
        assert!(told(&handover).ends_with("451 4.7.1 try later"));
    }
}

#[tokio::test]
async fn a_5xx_anywhere_is_for_good_in_the_server_s_words_without_the_address() {
    let refused = Says("550 5.1.1 <O'Neill+x@example.org> unknown");
    for act in [
        Act {
            recipient: refused,
            ..TAKES
        },
        Act {
            message: refused,
            ..TAKES
        },
    ] {
        let handover = handed_over(act).await;
        assert!(
            matches!(handover, Handover::RefusedForGood(_)),
            "{handover:?}"
        );
        assert!(told(&handover).ends_with("550 5.1.1 … unknown"));
    }
}

#[tokio::test]
async fn a_server_that_complains_of_us_refuses_for_now() {
    let complains = Act {
        recipient: Says("530 5.7.0 authenticate first"),
        ..TAKES
    };
    let handover = handed_over(complains).await;
    assert!(
        matches!(handover, Handover::RefusedForNow(_)),
        "{handover:?}"
    );
}

#[tokio::test]
async fn cut_before_the_message_is_certain_and_cut_after_it_is_not() {
    let before = handed_over(Act {
        recipient: HangsUp,
        ..TAKES
    })
    .await;
    assert!(matches!(before, Handover::RefusedForNow(_)), "{before:?}");
    let after = handed_over(Act {
        message: HangsUp,
        ..TAKES
    })
    .await;
    assert!(matches!(after, Handover::Unsure(_)), "{after:?}");
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_after_the_message_is_unsure() {
    let after = handed_over(Act {
        message: Says("what?"),
        ..TAKES
    })
    .await;
    assert!(matches!(after, Handover::Unsure(_)), "{after:?}");
}

#[tokio::test]
async fn silence_before_the_message_is_certain_and_silence_after_it_is_not() {
    for (act, certain) in [
        (
            Act {
                recipient: Keeps,
                ..TAKES
            },
            true,
        ),
        (
            Act {
                message: Keeps,
                ..TAKES
            },
            false,
        ),
    ] {
        let server = server([act]).await;
        let mut smtp = smtp(server.port);
        smtp.longest = Duration::from_millis(300);
        let handover = smtp.hand_over(&mail()).await;
        assert_eq!(
            matches!(handover, Handover::RefusedForNow(_)),
            certain,
            "{handover:?}"
        );
        assert_eq!(matches!(handover, Handover::Unsure(_)), !certain);
    }
}

#[tokio::test]
async fn nobody_there_is_for_now() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let handover = smtp(port).hand_over(&mail()).await;
    assert!(
        matches!(handover, Handover::RefusedForNow(_)),
        "{handover:?}"
    );
}

#[tokio::test]
async fn a_connection_is_used_again_and_one_that_failed_is_not() {
    let server = server([
        TAKES,
        TAKES,
        Act {
            recipient: Says("450 no"),
            ..TAKES
        },
        TAKES,
    ])
    .await;
    let smtp = smtp(server.port);
    let opened = || server.connections.load(Ordering::Relaxed);
    smtp.hand_over(&mail()).await;
    assert_eq!(smtp.hand_over(&mail()).await, Handover::Taken);
    assert_eq!(opened(), 1);
    smtp.hand_over(&mail()).await;
    assert_eq!(smtp.hand_over(&mail()).await, Handover::Taken);
    assert_eq!(opened(), 2);
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing() {
    let server = server([]).await;
    let smtp = Smtp::open(&settings::Smtp {
        host: "127.0.0.1".into(),
        port: Some(server.port),
        ..settings::Smtp::default()
    })
    .unwrap();
    let handover = smtp.hand_over(&mail()).await;
    assert!(
        matches!(handover, Handover::RefusedForNow(_)),
        "{handover:?}"
    );
    assert_eq!(*server.messages.lock().await, [] as [&str; 0]);
}

#[test]
fn files_that_cannot_be_read_are_named_by_their_key() {
    let missing = Some("/nonexistent/file".into());
    for (settings, key) in [
        (
            settings::Smtp {
                ca_file: missing.clone(),
                ..settings::Smtp::default()
            },
            "smtp.ca_file",
        ),
        (
            settings::Smtp {
                user: Some("caf".into()),
                password_file: missing.clone(),
                ..settings::Smtp::default()
            },
            "smtp.password_file",
        ),
    ] {
        let Err(Invalid(problems)) = Smtp::open(&settings) else {
            panic!("opened");
        };
        assert_eq!(problems[0].key, key);
        assert!(problems[0].message.contains("/nonexistent/file"));
    }
}
