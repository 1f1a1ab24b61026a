//! The cable between a server and its PostgreSQL. A test can cut it or clog it, wholly or for the connection that listens
//! alone, and mend it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cable {
    Whole,
    /// Connections are closed, and new ones too.
    Cut(Whose),
    /// Connections stay open, and what is sent gets lost.
    Clogged(Whose),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Everybodys,
    TheListeners,
}

/// Forwards to a port of this machine. Everything ends with it.
pub struct Proxy {
    pub port: u16,
    state: watch::Sender<Cable>,
    /// How often a listener was kept from listening.
    deaf: Arc<AtomicBool>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let entrance = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (state, deaf) = (watch::Sender::new(Cable::Whole), Arc::new(AtomicBool::new(false)));
        let mut tasks = JoinSet::new();
        let proxy_port = entrance.local_addr().unwrap().port();
        tasks.spawn(forward(entrance, port, state.subscribe(), Arc::clone(&deaf)));
        Self { port: proxy_port, state, deaf, _tasks: tasks }
    }

    pub fn set(&self, cable: Cable) {
        self.state.send_replace(cable);
    }

    /// Whether a connection that listens has been cut or clogged.
    pub fn has_deafened(&self) -> bool {
        self.deaf.load(Ordering::SeqCst)
    }
}

async fn forward(entrance: TcpListener, port: u16, state: watch::Receiver<Cable>, deaf: Arc<AtomicBool>) {
    let mut connections = JoinSet::new();
    loop {
        let (near, _) = entrance.accept().await.unwrap();
        if *state.borrow() == Cable::Cut(Whose::Everybodys) {
            continue;
        }
        let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
        near.set_nodelay(true).unwrap();
        far.set_nodelay(true).unwrap();
        let (near_in, near_out) = near.into_split();
        let (far_in, far_out) = far.into_split();
        let line =
            Line { listens: Arc::default(), clogged: Arc::default(), state: state.clone(), deaf: Arc::clone(&deaf) };
        let (there, back) = (line.clone().pump(near_in, far_out), line.pump(far_in, near_out));
        connections.spawn(async move {
            // When one half ends, so does the connection.
            tokio::select! {
                () = there => {}
                () = back => {}
            }
        });
    }
}

/// One connection.
#[derive(Clone)]
struct Line {
    listens: Arc<AtomicBool>,
    /// It has lost something, and is of no use ever after.
    clogged: Arc<AtomicBool>,
    state: watch::Receiver<Cable>,
    deaf: Arc<AtomicBool>,
}

impl Line {
    async fn pump(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 65_536];
        loop {
            let cable = *self.state.borrow_and_update();
            if self.is_ended_by(cable) {
                return;
            }
            let read = tokio::select! {
                read = from.read(&mut buffer) => read,
                _ = self.state.changed() => continue,
            };
            let Ok(length @ 1..) = read else { return };
            let sent = &buffer[..length];
            if sent.windows(7).any(|word| word == b"LISTEN ") {
                self.listens.store(true, Ordering::SeqCst);
            }
            let cable = *self.state.borrow();
            if self.is_ended_by(cable) {
                return;
            }
            if matches!(cable, Cable::Clogged(whose) if self.is(whose)) {
                self.clogged.store(true, Ordering::SeqCst);
            }
            if !self.clogged.load(Ordering::SeqCst) && to.write_all(sent).await.is_err() {
                return;
            }
        }
    }

    fn is_ended_by(&self, cable: Cable) -> bool {
        matches!(cable, Cable::Cut(whose) if self.is(whose))
    }

    fn is(&self, whose: Whose) -> bool {
        let listens = self.listens.load(Ordering::SeqCst);
        if listens {
            self.deaf.store(true, Ordering::SeqCst);
        }
        whose == Whose::Everybodys || listens
    }
}
