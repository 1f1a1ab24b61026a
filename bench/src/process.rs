//! Processes that end with this one, however it ends: a shell above each holds it as long as standard input is open.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cores::Cores;
use crate::failure::Failure;

/// How long a process may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running process; it is ended when this is dropped.
pub(crate) struct Process {
    shell: Child,
    pid: u32,
    log: PathBuf,
}

impl Process {
    /// Starts a program on the servers' core. `signal` is what ends it; what it says goes to the file `log`.
    pub(crate) fn start(cores: Cores, program: &Command, signal: &str, log: &Path) -> Result<Self, Failure> {
        let script = format!(
            "exec 3<&0; \"$@\" </dev/null 3<&- 1>&2 & program=$!; echo $program; \
             {{ cat <&3 >/dev/null; kill -{signal} $program; }} 2>/dev/null & wait $program"
        );
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script).arg("sh").arg(program.get_program()).args(program.get_args());
        if let Some(folder) = program.get_current_dir() {
            shell.current_dir(folder);
        }
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let errors = File::options().create(true).append(true).open(log)?;
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        let mut shell = cores.on_the_servers(|| shell.spawn())?;
        let mut line = String::new();
        if let Some(output) = shell.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let pid = line.trim().parse().map_err(|_| Failure("a process did not start".to_owned()))?;
        Ok(Self { shell, pid, log: log.to_owned() })
    }

    /// The number of the program's process.
    pub(crate) const fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !Path::new(&format!("/proc/{}", self.pid)).exists() || self.shell.try_wait().is_ok_and(|ended| ended.is_some())
    }

    /// The end of what it said.
    pub(crate) fn said(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let deadline = Instant::now() + PATIENCE;
        while self.shell.try_wait().is_ok_and(|ended| ended.is_none()) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The processor time a process and its children have used so far.
pub(crate) fn processor_time(pid: u32) -> Duration {
    let of_children: u64 = children_of(pid).into_iter().map(ticks_of).sum();
    from_ticks(ticks_of(pid) + of_children)
}

/// The time that a core has not been idle so far.
pub(crate) fn busy_time(core: usize) -> Duration {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let name = format!("cpu{core} ");
    let fields = stat.lines().find_map(|line| line.strip_prefix(&name)).unwrap_or_default();
    let fields = fields.split_whitespace().map(|field| field.parse::<u64>().unwrap_or_default());
    // user, nice, system, (idle, waiting), irq, softirq, steal; guests are in the first two.
    from_ticks(fields.take(8).enumerate().filter(|(index, _)| !matches!(index, 3 | 4)).map(|(_, ticks)| ticks).sum())
}

/// The processes that a process has started and that still run.
pub(crate) fn children_of(pid: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    children.split_whitespace().filter_map(|child| child.parse().ok()).collect()
}

fn from_ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second().max(1))
}

/// User and system time of a process and of those it has waited for.
fn ticks_of(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name stands in parentheses and may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// Memory of a process that is in RAM, in KiB.
pub(crate) fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok()).unwrap_or_default()
}
