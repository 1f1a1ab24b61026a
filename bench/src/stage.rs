//! One XWMS, running, with people who are signed in at it.

use std::path::Path;
use std::time::Duration;

use crate::cores::Cores;
use crate::driver::Watched;
use crate::failure::Failure;
use crate::pair::Side;
use crate::person;
use crate::platform::{Platform, Where};
use crate::process::resident_kib;
use crate::server::Running;
use crate::statistics::median;
use crate::worker::{Site, Use, Worker};

/// A platform whose server runs.
pub(crate) struct Stage {
    // Ended before the platform's folder goes.
    running: Running,
    pub(crate) platform: Platform,
    pub(crate) site: Site,
    pub(crate) cookies: Vec<String>,
    /// Median of the starts on an existing database.
    pub(crate) start: Duration,
    /// Resident memory after the start.
    pub(crate) idle_kib: u64,
    watched: Watched,
}

impl Stage {
    /// Sets up a platform and starts it so many times; the last one runs.
    pub(crate) fn set_up(
        cores: Cores,
        program: &Path,
        place: &Where,
        people: usize,
        starts: usize,
    ) -> Result<Self, Failure> {
        let platform = Platform::set_up(cores, program, place, people)?;
        Self::open(platform, place.database_pid, starts)
    }

    /// Starts a platform that is set up.
    pub(crate) fn open(platform: Platform, database: Option<u32>, starts: usize) -> Result<Self, Failure> {
        // The first start makes the signing keys; those that count find them there.
        drop(Running::xwms(&platform)?);
        let mut times = Vec::new();
        for _ in 1..starts {
            times.push(Running::xwms(&platform)?.started_in.as_secs_f64());
        }
        let running = Running::xwms(&platform)?;
        times.push(running.started_in.as_secs_f64());
        let pid = running.process.pid();
        let watched = Watched { server: Some(pid), database, core: platform.cores.server() };
        Ok(Self {
            site: Site::at(running.address),
            cookies: Vec::new(),
            start: Duration::from_secs_f64(median(times)),
            idle_kib: resident_kib(pid),
            watched,
            running,
            platform,
        })
    }

    /// Stops the server; what remains can be started again.
    pub(crate) fn close(self) -> (Platform, Vec<String>) {
        drop(self.running);
        (self.platform, self.cookies)
    }

    /// Has people sign in and consent to both clients.
    pub(crate) async fn sign_in(&mut self, people: usize) -> Result<(), Failure> {
        for number in 0..people {
            self.cookies.push(person::sign_in(&self.site, &self.platform.clients, number).await?);
        }
        Ok(())
    }

    /// The server with fresh connections.
    pub(crate) fn side(&self, name: &'static str, connections: usize) -> Side {
        Side::new(name, workers(&self.site, &self.platform, &self.cookies, connections), self.watched, true)
    }

    /// Resident memory now.
    pub(crate) fn resident_kib(&self) -> u64 {
        resident_kib(self.running.process.pid())
    }
}

/// Fresh connections, each with a person of its own.
pub(crate) fn workers(site: &Site, platform: &Platform, cookies: &[String], connections: usize) -> Vec<Worker> {
    let worker = |cookie: &String| {
        Worker::new(site, &platform.clients, Use::ByAlgorithm, cookie).managing(site, &platform.managed)
    };
    cookies.iter().take(connections).map(worker).collect()
}
