//! How much memory the service keeps, before and after it has hashed and printed.

use anyhow::Result;
use clap::Args;

use crate::Target;
use crate::landlord::{Landlord, Reached, provision};
use crate::service::{HASHING_THREADS, Installation, eventually, files};
use crate::table::{print_machine, print_row};

#[derive(Debug, Args)]
pub(crate) struct Memory {
    #[command(flatten)]
    target: Target,
    /// Sign-ins before the second reading
    #[arg(long, default_value_t = 1_000)]
    sign_ins: usize,
    /// Letters before the second reading
    #[arg(long, default_value_t = 100)]
    letters: usize,
}

impl Memory {
    pub(crate) async fn run(self) -> Result<()> {
        let installation = Installation::make(&self.target.server).await?;
        let service = installation.start().await?;
        let before = service.resident_mib()?;

        let landlord = Landlord::connected(&installation, &service.channel, 0).await?;
        for _ in 0..self.sign_ins {
            landlord.sign_in(&service.channel).await?;
        }
        let signed_in = service.resident_mib()?;
        for number in 1..=self.letters {
            provision(&service.channel, number, Reached::ByLetter).await?;
        }
        eventually("letters", || {
            let printed = files(&installation.letters(), "pdf").len();
            Ok((printed >= self.letters).then_some(()))
        })
        .await?;
        let after = service.resident_mib()?;
        service.stop().await?;

        print_machine();
        let mib = |figure: f64| format!("{figure:.1} MiB");
        print_row("resident before the first hash and letter", &mib(before));
        let what = format!(
            "after {} sign-ins, {HASHING_THREADS} hashing threads",
            self.sign_ins
        );
        print_row(&what, &mib(signed_in));
        print_row(&format!("and after {} letters", self.letters), &mib(after));
        Ok(())
    }
}
