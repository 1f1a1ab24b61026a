//! Which core is whose: servers and databases on one, the driver on another, so that neither takes time from the other.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The two cores, where there are two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores {
    pair: Option<(usize, usize)>,
}

impl Cores {
    /// The first two cores that this process may use; the calling thread goes to the second one.
    pub(crate) fn claim() -> Self {
        let allowed = sched_getaffinity(None);
        let mut usable = (0..CpuSet::MAX_CPU).filter(|core| allowed.as_ref().is_ok_and(|set| set.is_set(*core)));
        let pair = usable.next().zip(usable.next());
        let cores = Self { pair };
        let pinned = pair.is_some_and(|(_, driver)| go_to(driver));
        if pinned { cores } else { Self { pair: None } }
    }

    /// Starts something that belongs on the servers' core: a process keeps the core of the thread that started it.
    pub(crate) fn on_the_servers<T>(self, start: impl FnOnce() -> T) -> T {
        let Some((server, driver)) = self.pair else { return start() };
        go_to(server);
        let started = start();
        go_to(driver);
        started
    }

    /// The servers' core.
    pub(crate) fn server(self) -> Option<usize> {
        self.pair.map(|(server, _)| server)
    }

    /// What a reader of the figures must know.
    pub(crate) fn note(self) -> String {
        match self.pair {
            Some((server, driver)) => format!("servers and databases on core {server}, driver on core {driver}"),
            None => "NOT PINNED: fewer than two cores can be had, so driver and servers share them".to_owned(),
        }
    }
}

fn go_to(core: usize) -> bool {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).is_ok()
}
