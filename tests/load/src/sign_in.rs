//! Sign-ins a second, beside the floor: what as many hashing threads do alone, in this same run.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use domain::{OsRandom, Password};
use hdrhistogram::Histogram;
use passwords::Hasher;
use tokio::task::JoinSet;

use crate::Target;
use crate::landlord::Landlord;
use crate::service::{HASHING_THREADS, Installation};
use crate::table::{print_machine, print_row};

#[derive(Debug, Args)]
pub(crate) struct SignIn {
    #[command(flatten)]
    target: Target,
    /// Rounds, each of the floor and then of the service
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Length of each half of a round
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Callers that sign in again as soon as they are answered, each as a landlord of their own
    #[arg(long, default_value_t = 8)]
    callers: usize,
}

impl SignIn {
    pub(crate) async fn run(self) -> Result<()> {
        let installation = Installation::make(&self.target.server).await?;
        let service = installation.start().await?;
        let mut landlords = Vec::with_capacity(self.callers);
        for number in 0..self.callers {
            landlords.push(Landlord::connected(&installation, &service.channel, number).await?);
        }
        print_machine();
        let mut latencies = Histogram::<u64>::new(3)?;
        for round in 1..=self.rounds {
            let floor = self.floor().await?;
            let rate = self
                .ceiling(&landlords, &service.channel, &mut latencies)
                .await?;
            print_row(
                &format!("round {round}: hashes, {HASHING_THREADS} threads alone"),
                &per_second(floor),
            );
            print_row(
                &format!("round {round}: sign-ins, {} callers", self.callers),
                &per_second(rate),
            );
            print_row(
                &format!("round {round}: sign-ins / hashes"),
                &format!("{:.2}", rate / floor),
            );
        }
        let at = |quantile| format!("{:.1} ms", micros(latencies.value_at_quantile(quantile)));
        print_row("latency of a sign-in: median", &at(0.5));
        print_row("latency of a sign-in: p99", &at(0.99));
        service.stop().await
    }

    /// Hashes a second of the threads alone.
    async fn floor(&self) -> Result<f64> {
        let threads = NonZeroUsize::try_from(usize::try_from(HASHING_THREADS)?)?;
        let settings = passwords::Settings {
            threads,
            ..passwords::Settings::default()
        };
        let hasher = Arc::new(Hasher::start(settings, Arc::new(OsRandom))?);
        let one = move |_| {
            let hasher = Arc::clone(&hasher);
            async move {
                hasher
                    .hash(Password::new("sept girafes lisent Verlaine".into()))
                    .await?;
                anyhow::Ok(())
            }
        };
        self.closed_loop(one, &mut Histogram::<u64>::new(3)?).await
    }

    /// Sign-ins a second of the service.
    async fn ceiling(
        &self,
        landlords: &[Landlord],
        channel: &tonic::transport::Channel,
        latencies: &mut Histogram<u64>,
    ) -> Result<f64> {
        let landlords: Arc<[Landlord]> = landlords.into();
        let channel = channel.clone();
        let one = move |caller: usize| {
            let (landlord, channel) = (landlords[caller].clone(), channel.clone());
            async move { landlord.sign_in(&channel).await }
        };
        self.closed_loop(one, latencies).await
    }

    /// Every caller does `one` again and again until the time is over.
    async fn closed_loop<F: Future<Output = Result<()>> + Send>(
        &self,
        one: impl Fn(usize) -> F + Clone + Send + 'static,
        latencies: &mut Histogram<u64>,
    ) -> Result<f64> {
        let over = Arc::new(AtomicBool::new(false));
        let begun = Instant::now();
        let mut callers = JoinSet::new();
        for caller in 0..self.callers {
            let (one, over) = (one.clone(), Arc::clone(&over));
            callers.spawn(async move {
                let mut taken = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    one(caller).await?;
                    taken.push(begun.elapsed());
                }
                anyhow::Ok(taken)
            });
        }
        tokio::time::sleep(Duration::from_secs(self.seconds)).await;
        over.store(true, Ordering::Relaxed);
        let mut done = 0_u32;
        while let Some(taken) = callers.join_next().await {
            for latency in taken?? {
                latencies.record(u64::try_from(latency.as_micros())?)?;
                done += 1;
            }
        }
        Ok(f64::from(done) / begun.elapsed().as_secs_f64())
    }
}

fn per_second(rate: f64) -> String {
    format!("{rate:.1} /s")
}

/// Microseconds as milliseconds.
fn micros(latency: u64) -> f64 {
    Duration::from_micros(latency).as_secs_f64() * 1_000.0
}
