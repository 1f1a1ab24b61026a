//! Counts what reaches the disk: `fsync` and `fdatasync` of processes, seen by strace.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::cores::Cores;
use crate::failure::Failure;
use crate::process::Process;

/// How long strace may take to be there.
const PATIENCE: Duration = Duration::from_secs(10);

/// A count that has begun.
pub(crate) struct Count {
    strace: Process,
    seen: tempfile::NamedTempFile,
}

impl Count {
    /// Begins to count for these processes; `None` where strace is missing or may not look.
    pub(crate) fn begin(cores: Cores, pids: &[u32]) -> Result<Option<Self>, Failure> {
        if Command::new("strace").arg("-V").output().is_err() {
            return Ok(None);
        }
        let (seen, log) = (tempfile::NamedTempFile::new()?, tempfile::NamedTempFile::new()?);
        let mut program = Command::new("strace");
        program.args(["-f", "-e", "trace=fsync,fdatasync", "-o"]).arg(seen.path());
        for pid in pids {
            program.args(["-p", &pid.to_string()]);
        }
        let mut strace = Process::start(cores, &program, "TERM", log.path())?;
        let deadline = Instant::now() + PATIENCE;
        while std::fs::read_to_string(log.path())?.matches(" attached").count() < pids.len() {
            if strace.has_ended() || Instant::now() > deadline {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Some(Self { strace, seen }))
    }

    /// How many there were.
    pub(crate) fn end(self) -> Result<usize, Failure> {
        drop(self.strace);
        Ok(count(&std::fs::read_to_string(Path::new(self.seen.path()))?))
    }
}

/// Calls in a trace; one that another thread interrupted stands there twice, the second time as resumed.
fn count(trace: &str) -> usize {
    trace.lines().filter(|line| line.contains("sync(") && !line.contains("resumed>")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_call_counts_once() {
        let trace = "7 fsync(3) = 0\n8 fdatasync(4 <unfinished ...>\n7 fsync(3) = 0\n8 <... fdatasync resumed>) = 0\n\
                     7 +++ exited with 0 +++\n";
        assert_eq!(count(trace), 3);
    }
}
