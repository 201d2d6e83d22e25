//! A mail server on loopback that keeps what it is told, and refuses what it is scripted to.
//!
//! The conversation is mailin's; this file gives it sockets, TLS and a script. By default it
//! offers STARTTLS with a certificate of its own, which the service is told to trust: so what
//! tests see went the way that real mail goes.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mailin::response::OK;
use mailin::{Action, Handler, Response, Session, SessionBuilder};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::eventually::eventually;
use crate::mailbox::Mail;

const NAME: &str = "mail.example";

/// How mails reach the sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// STARTTLS is offered.
    Starttls,
    /// Nothing but plain text is offered.
    Clear,
}

/// What the sink does with one mail. Without a script it takes every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// It is taken.
    Take,
    /// Its recipient is answered with this code.
    RefuseRecipient(u16),
    /// It is read to its end, then answered with this code.
    RefuseMessage(u16),
    /// It is read to its end, then answered with this code and what the mail itself says, as some
    /// servers do: the line that holds its provisional password.
    RefuseQuoting(u16),
    /// It is taken, and the connection breaks before the answer.
    TakeAndHangUp,
}

/// The mail server; it goes when this is dropped.
pub struct SmtpSink {
    address: SocketAddr,
    certificate: String,
    world: Arc<World>,
    _stop: DropGuard,
}

/// What all connections share.
#[derive(Default)]
struct World {
    mails: Mutex<Vec<Mail>>,
    script: Mutex<VecDeque<Treatment>>,
    down: AtomicBool,
    connections: AtomicUsize,
}

impl SmtpSink {
    /// Listens on a free port of loopback.
    pub async fn start(security: Security) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (acceptor, certificate) = tls();
        let world = Arc::new(World::default());
        let stop = CancellationToken::new();
        let serving = serve(listener, security, acceptor, Arc::clone(&world));
        tokio::spawn(stop.clone().run_until_cancelled_owned(serving));
        Self {
            address,
            certificate,
            world,
            _stop: stop.drop_guard(),
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate to trust, as PEM. It names `localhost`.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// What to do with the next mails, in their order; those after are taken.
    pub fn script(&self, treatments: impl IntoIterator<Item = Treatment>) {
        self.world.script.lock().unwrap().extend(treatments);
    }

    /// Hangs up on whoever says a word from now on, connected already or not.
    pub fn go_down(&self) {
        self.world.down.store(true, Ordering::SeqCst);
    }

    /// Answers again.
    pub fn come_back(&self) {
        self.world.down.store(false, Ordering::SeqCst);
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.world.connections.load(Ordering::SeqCst)
    }

    /// Every mail told in full, whatever it was answered, in the order of coming.
    pub fn mails(&self) -> Vec<Mail> {
        self.world.mails.lock().unwrap().clone()
    }

    /// The mails to that address.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mails = self.mails().into_iter();
        mails
            .filter(|mail| mail.envelope_to.iter().any(|to| to == address))
            .collect()
    }

    /// Waits for the `nth` mail (from 1) to that address, which is expected to be the last.
    pub async fn nth_mail_to(&self, nth: usize, address: &str) -> Mail {
        eventually(&format!("mail {nth} to {address}"), async || {
            let mails = self.mails_to(address);
            assert!(
                mails.len() <= nth,
                "more mails to {address} than {nth}: {mails:?}"
            );
            mails.into_iter().nth(nth - 1)
        })
        .await
    }

    /// Waits for the mail of that delivery.
    pub async fn mail_of(&self, delivery_id: &str) -> Mail {
        eventually(&format!("the mail of delivery {delivery_id}"), async || {
            self.mails()
                .into_iter()
                .find(|mail| mail.delivery_id() == delivery_id)
        })
        .await
    }
}

fn tls() -> (TlsAcceptor, String) {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

async fn serve(
    listener: TcpListener,
    security: Security,
    acceptor: TlsAcceptor,
    world: Arc<World>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        world.connections.fetch_add(1, Ordering::SeqCst);
        if world.down.load(Ordering::SeqCst) {
            continue;
        }
        let (acceptor, world) = (acceptor.clone(), Arc::clone(&world));
        tokio::spawn(async move {
            // What a client breaks off is its own affair; tests look at what arrived.
            let _ = connection(stream, security, acceptor, world).await;
        });
    }
}

/// How a part of a conversation ended.
enum Ended<S> {
    Closed,
    UpgradeWanted(S),
}

async fn connection(
    stream: TcpStream,
    security: Security,
    acceptor: TlsAcceptor,
    world: Arc<World>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut builder = SessionBuilder::new(NAME);
    if security == Security::Starttls {
        builder.enable_start_tls();
    }
    let line = Arc::new(Line::default());
    let receiver = Receiver::new(Arc::clone(&world), Arc::clone(&line));
    let mut session = builder.build(IpAddr::V4(Ipv4Addr::LOCALHOST), receiver);

    let mut stream = stream;
    write(&mut stream, &session.greeting()).await?;
    let stream = match converse(stream, &mut session, (&line, &world)).await? {
        Ended::Closed => return Ok(()),
        Ended::UpgradeWanted(stream) => stream,
    };
    let stream = acceptor.accept(stream).await?;
    session.tls_active();
    line.encrypted.store(true, Ordering::SeqCst);
    converse(stream, &mut session, (&line, &world)).await?;
    Ok(())
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    session: &mut Session<Receiver>,
    (line, world): (&Line, &World),
) -> io::Result<Ended<S>> {
    let mut stream = BufReader::new(stream);
    let mut told = Vec::new();
    loop {
        told.clear();
        if stream.read_until(b'\n', &mut told).await? == 0 {
            return Ok(Ended::Closed);
        }
        if world.down.load(Ordering::SeqCst) {
            return Ok(Ended::Closed);
        }
        let response = session.process(&told);
        if line.broken.load(Ordering::SeqCst) {
            return Ok(Ended::Closed);
        }
        match response.action {
            Action::NoReply => {}
            Action::Reply => write(stream.get_mut(), &response).await?,
            Action::Close => {
                write(stream.get_mut(), &response).await?;
                return Ok(Ended::Closed);
            }
            Action::UpgradeTls => {
                write(stream.get_mut(), &response).await?;
                return Ok(Ended::UpgradeWanted(stream.into_inner()));
            }
        }
    }
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), response: &Response) -> io::Result<()> {
    let mut bytes = Vec::new();
    response.write_to(&mut bytes)?;
    stream.write_all(&bytes).await?;
    stream.flush().await
}

/// What is known of one connection.
#[derive(Default)]
struct Line {
    encrypted: AtomicBool,
    broken: AtomicBool,
}

/// Hears one connection's mails.
struct Receiver {
    world: Arc<World>,
    line: Arc<Line>,
    treatment: Treatment,
    from: String,
    to: Vec<String>,
    raw: Vec<u8>,
}

impl Receiver {
    fn new(world: Arc<World>, line: Arc<Line>) -> Self {
        Self {
            world,
            line,
            treatment: Treatment::Take,
            from: String::new(),
            to: Vec::new(),
            raw: Vec::new(),
        }
    }
}

impl Handler for Receiver {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        let next = self.world.script.lock().unwrap().pop_front();
        self.treatment = next.unwrap_or(Treatment::Take);
        from.clone_into(&mut self.from);
        self.to.clear();
        self.raw.clear();
        OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        if let Treatment::RefuseRecipient(code) = self.treatment {
            return scripted(code);
        }
        self.to.push(to.to_owned());
        OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.raw.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.world.mails.lock().unwrap().push(Mail {
            envelope_from: self.from.clone(),
            envelope_to: self.to.clone(),
            raw: self.raw.clone(),
            encrypted: self.line.encrypted.load(Ordering::SeqCst),
        });
        match self.treatment {
            Treatment::RefuseMessage(code) => scripted(code),
            Treatment::RefuseQuoting(code) => {
                let quoted = self
                    .world
                    .mails
                    .lock()
                    .unwrap()
                    .last()
                    .map(Mail::credentials);
                let password = quoted.expect("it was just told").password;
                Response::custom(code, format!("what is {password} supposed to mean?"))
            }
            Treatment::TakeAndHangUp => {
                self.line.broken.store(true, Ordering::SeqCst);
                OK
            }
            Treatment::Take | Treatment::RefuseRecipient(_) => OK,
        }
    }
}

fn scripted(code: u16) -> Response {
    Response::custom(code, "as scripted".to_owned())
}
