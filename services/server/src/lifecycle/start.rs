//! From settings to a server that answers.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use storage::Stores;
use storage_sqlite::{Migrations, OpenError, SqliteStore};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic_health::ServingStatus;

use super::health::{self, Health};
use super::{Mode, Running, Sources, drain};
use crate::config::Settings;
use crate::keys::{self, Absence};
use crate::layers::{Actors, Admission, Callers, Door, Layers};
use crate::transport::{self, Accepting};
use crate::wiring::{self, Foundations};

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Values that cannot be.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<crate::config::Problem>),
    /// The server key.
    #[error(transparent)]
    Key(#[from] keys::Error),
    /// There is no database yet.
    #[error(
        "there is no database at {}: `compte-partenaire migrate --config FILE` makes it",
        .0.display()
    )]
    NoDatabase(PathBuf),
    /// The database.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The address.
    #[error(
        "cannot listen on {address}; if another process has it, stop that one or choose another \
         listen.address"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Services or workers.
    #[error(transparent)]
    Wiring(#[from] wiring::Error),
}

/// Whether a server with these settings could listen now. Whoever removes something for it asks
/// first: the address is taken and let go again, nothing else is touched.
pub async fn can_listen(settings: &Settings) -> Result<(), StartError> {
    refuse_problems(settings)?;
    listen(settings.listen.address).await.map(drop)
}

/// Starts a server. It answers as soon as this returns.
pub async fn start(
    settings: Settings,
    mode: Mode,
    sources: Sources,
) -> Result<Running, StartError> {
    refuse_problems(&settings)?;
    let (absence, migrations, callers) = match mode {
        Mode::Serve => (Absence::Refuse, Migrations::Refuse, Callers::Loopback),
        Mode::Dev => (Absence::Make, Migrations::Run, Callers::LoopbackNarrowed),
    };
    let key = keys::read(
        &settings.keys.server_key_file,
        absence,
        sources.random.as_ref(),
    )?;
    let path = &settings.database.path;
    if migrations == Migrations::Refuse && !path.exists() {
        return Err(StartError::NoDatabase(path.clone()));
    }
    let store = SqliteStore::open_with(path, &key, sources.random.as_ref(), migrations).await?;
    let store = Arc::new(store);
    let stores = Stores::from(Arc::clone(&store));

    let on = Foundations::lay(&settings, &stores, &key, &sources)?;
    let served = wiring::services(&on)?;
    let workers = wiring::workers(&on)?;
    let last_use = on.last_use;
    let health = Health::new(served.health, &served.names).await;

    let listener = listen(settings.listen.address).await?;
    let address = listener.local_addr().map_err(|source| StartError::Listen {
        address: settings.listen.address,
        source,
    })?;
    let calls = TaskTracker::new();
    let door = Arc::new(Door::new(Layers {
        routes: served.routes,
        callers,
        deadlines: settings.deadlines.clone(),
        admission: Admission::new(&settings.in_flight),
        actors: Actors {
            sessions: Arc::clone(&stores.session_reads),
            last_use: last_use.clone(),
            clock: Arc::clone(&sources.clock),
        },
        calls: calls.clone(),
        random: Arc::clone(&sources.random),
    }));

    let (stop, leave) = (CancellationToken::new(), CancellationToken::new());
    let work = TaskTracker::new();
    work.spawn(last_use.write(Arc::clone(&stores.sessions), leave.clone()));
    health
        .tell(health::ask(stores.database.as_ref()).await)
        .await;
    health.tell_delivery(ServingStatus::Serving).await;
    work.spawn(workers.run(leave.clone(), {
        let health = health.clone();
        async move || health.tell_delivery(ServingStatus::NotServing).await
    }));
    work.spawn(health.follow(Arc::clone(&stores.database), stop.clone()));
    let accepting = tokio::spawn(transport::serve(Accepting {
        listener,
        door: door.as_ref().clone(),
        settings: settings.transport.clone(),
        random: sources.random,
        stop: leave.clone(),
    }));

    tracing::info!(%address, "listening");
    let weak = Arc::downgrade(&door);
    drop(stores);
    let ended = tokio::spawn(drain::run(drain::Drain {
        settings: settings.transport,
        stop: stop.clone(),
        leave,
        accepting,
        calls,
        work,
        door,
        store,
    }));
    Ok(Running {
        address,
        door: weak,
        stop,
        ended,
    })
}

fn refuse_problems(settings: &Settings) -> Result<(), StartError> {
    let problems = settings.problems();
    if problems.is_empty() {
        return Ok(());
    }
    Err(StartError::Settings(problems))
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| StartError::Listen { address, source })
}
